package io.autopilot.mysql.config;

import io.autopilot.mysql.core.EncryptionKey;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.SnapshotRetention;
import io.autopilot.mysql.core.SnapshotSchedule;
import io.autopilot.mysql.core.StoredArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads how streams are stored, packed, cut and encrypted, and how long they stay. */
final class ArchivingReader {
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");
    private static final int HIGHEST_LEVEL = 19;
    private static final int MOST_THREADS = 64;
    private static final int MOST_AT_ONCE = 32;
    private static final int MOST_KEPT = 999;
    private static final long SMALLEST_PART = 1L << 20;
    private static final long LARGEST_PART = 64L << 20;

    private final Values values;

    ArchivingReader(Values values) {
        this.values = values;
    }

    Settings.Archiving read() {
        return new Settings.Archiving(
                values.oneOf(Setting.SNAPSHOT_COMPRESSION, StoredArchive.Compression.class),
                values.count(Setting.SNAPSHOT_LEVEL, HIGHEST_LEVEL),
                values.count(Setting.SNAPSHOT_THREADS, MOST_THREADS),
                partBytes(),
                values.count(Setting.SNAPSHOT_UPLOADS, MOST_AT_ONCE),
                rate(),
                keys());
    }

    /** How long snapshots stay. */
    SnapshotRetention retention() {
        int keep = values.count(Setting.SNAPSHOT_KEEP, MOST_KEPT);
        int least = values.count(Setting.SNAPSHOT_KEEP_LEAST, MOST_KEPT);
        boolean given = values.given(Setting.SNAPSHOT_KEEP_LEAST).isPresent();
        if (least > keep && given) {
            values.problem(Setting.SNAPSHOT_KEEP_LEAST, "'" + least + "' is more than the " + keep + " of SNAPSHOT_KEEP");
        }
        return new SnapshotRetention(
                keep,
                values.given(Setting.SNAPSHOT_KEEP_FOR)
                        .map(age -> values.duration(Setting.SNAPSHOT_KEEP_FOR, Duration.ofMinutes(1), Duration.ofDays(3650))),
                Math.min(least, keep));
    }

    /** When snapshots are taken by themselves. */
    SnapshotSchedule schedule() {
        Optional<String> given = values.given(Setting.BACKUP_WINDOW);
        Optional<SnapshotSchedule.Window> window = given.flatMap(SnapshotSchedule.Window::read);
        if (given.isPresent() && window.isEmpty()) {
            values.problem(Setting.BACKUP_WINDOW, "'" + given.get() + "' are no hours of the day; write for example 01:30-05:00, in UTC");
        }
        return new SnapshotSchedule(values.duration(Setting.BACKUP_TTL, Duration.ofSeconds(1), Duration.ofDays(3650)), window);
    }

    /** When they are proven, and how. */
    Settings.Verification verification() {
        return new Settings.Verification(
                values.given(Setting.VERIFY_TTL)
                        .map(every -> values.duration(Setting.VERIFY_TTL, Duration.ofMinutes(1), Duration.ofDays(3650))),
                values.given(Setting.VERIFY_SQL));
    }

    private int partBytes() {
        long bytes = values.size(Setting.SNAPSHOT_PART_SIZE).orElse(SMALLEST_PART);
        if (bytes < SMALLEST_PART || bytes > LARGEST_PART) {
            values.problem(Setting.SNAPSHOT_PART_SIZE, "'" + values.text(Setting.SNAPSHOT_PART_SIZE) + "' is not between 1M and 64M");
            return (int) SMALLEST_PART;
        }
        return (int) bytes;
    }

    private Optional<Long> rate() {
        Optional<Long> rate = values.size(Setting.SNAPSHOT_RATE);
        rate.filter(bytes -> bytes == 0).ifPresent(none ->
                values.problem(Setting.SNAPSHOT_RATE, "'0' would never let a snapshot end; leave it empty for no limit"));
        return rate;
    }

    private Keyring keys() {
        Optional<Secret> given = values.secret(Setting.SNAPSHOT_KEY);
        Optional<String> file = values.given(Setting.SNAPSHOT_KEY_FILE);
        if (given.isPresent() && file.isPresent()) {
            values.problem(Setting.SNAPSHOT_KEY_FILE, "contradicts SNAPSHOT_KEY; set one of them");
            return Keyring.NONE;
        }
        return given.map(secret -> keys(Setting.SNAPSHOT_KEY, secret.reveal()))
                .or(() -> file.map(this::keysOf))
                .orElse(Keyring.NONE);
    }

    private Keyring keysOf(String file) {
        try {
            return keys(Setting.SNAPSHOT_KEY_FILE, Files.readString(Path.of(file), StandardCharsets.UTF_8));
        } catch (IOException | InvalidPathException e) {
            values.problem(Setting.SNAPSHOT_KEY_FILE, "'" + file + "' can't be read: " + e);
            return Keyring.NONE;
        }
    }

    private Keyring keys(Setting setting, String text) {
        List<EncryptionKey> keys = new ArrayList<>();
        List<String> words = Arrays.stream(SEPARATOR.split(text)).filter(word -> !word.isEmpty()).toList();
        for (int i = 0; i < words.size(); i++) {
            Optional<EncryptionKey> key = key(words.get(i));
            if (key.isEmpty()) {
                // The word itself may be nearly a key.
                values.problem(setting, "number " + (i + 1) + " is no key: 64 hexadecimal digits, or 32 bytes in base64");
            }
            key.ifPresent(keys::add);
        }
        if (words.isEmpty()) {
            values.problem(setting, "has no key in it");
        }
        return new Keyring(keys);
    }

    private static Optional<EncryptionKey> key(String word) {
        try {
            byte[] bytes = HEX.matcher(word).matches() ? HexFormat.of().parseHex(word) : Base64.getDecoder().decode(word);
            return Optional.of(new EncryptionKey(bytes));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
