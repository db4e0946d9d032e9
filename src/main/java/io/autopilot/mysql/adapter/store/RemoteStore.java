package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A store over a network, below {@code <its top>/<service>/}. An object is sent whole in one request, so such stores have nothing unfinished
 * but the probes of checks that were killed. Two writers of one name at the same moment are told apart only by a store that can; names that
 * the hooks give are drawn. Each call is made once: {@link RetryingStore} makes it again. Thread-safe.
 */
public final class RemoteStore implements SnapshotStore {
    private static final String PROBE = ".probe-";
    /** A check takes seconds, whatever the clocks of two machines differ by. */
    private static final Duration PROBE_IS_DEAD = Duration.ofHours(1);

    private final RemoteObjects objects;
    private final String directory;
    private final boolean isWithin;
    private final Clock clock;

    private RemoteStore(RemoteObjects objects, String directory, boolean isWithin, Clock clock) {
        this.objects = objects;
        this.directory = directory;
        this.isWithin = isWithin;
        this.clock = clock;
    }

    /**
     * A bucket in any S3. Opens no connection.
     *
     * @param service the cluster's name
     * @throws StoreException when the file of authorities can't be read
     */
    public static SnapshotStore of(StoreSettings.S3 settings, String service, Clock clock) {
        return new RemoteStore(new S3Objects(settings, Limits.USUAL), settings.prefix() + service + "/", false, clock);
    }

    /**
     * A directory in Manta. Opens no connection.
     *
     * @param service the cluster's name
     * @throws StoreException when the key or the file of authorities can't be used
     */
    public static SnapshotStore of(StoreSettings.Manta settings, String service, Clock clock) {
        return new RemoteStore(new MantaObjects(settings, Limits.USUAL), settings.directory() + "/" + service + "/", false, clock);
    }

    /** The same over any calls. */
    static SnapshotStore of(RemoteObjects objects, String directory, Clock clock) {
        return new RemoteStore(objects, directory, false, clock);
    }

    @Override
    public String place() {
        return objects.place(directory);
    }

    private String key(String name) {
        return directory + ObjectNames.checked(name);
    }

    @Override
    public void put(String name, byte[] content, Deadline deadline) {
        String key = key(name);
        boolean there = switch (objects.compare(key, content, deadline)) {
            case THE_SAME -> true;
            case SOMETHING_ELSE -> throw taken(name);
            case NOTHING -> objects.create(key, content, deadline);
        };
        // Somebody was quicker, or an earlier try of this very call, whose answer was lost.
        if (!there && objects.compare(key, content, deadline) != RemoteObjects.There.THE_SAME) {
            throw taken(name);
        }
    }

    private StoreException taken(String name) {
        return new StoreException(place() + ": there is already an object " + name + ", with other content", null);
    }

    @Override
    public Optional<byte[]> get(String name, int atMost, Deadline deadline) {
        return objects.get(key(name), atMost, deadline);
    }

    @Override
    public List<Stored> list(Deadline deadline) {
        return objects.list(directory, deadline).objects().stream()
                .filter(object -> !ObjectNames.isOwn(object.name()))
                .sorted(Comparator.comparing(Stored::name))
                .toList();
    }

    @Override
    public void delete(String name, Deadline deadline) {
        objects.delete(key(name), deadline);
    }

    @Override
    public List<String> removeUnfinished(Deadline deadline) {
        Instant dead = clock.instant().minus(PROBE_IS_DEAD);
        List<String> removed = new ArrayList<>();
        for (Stored object : objects.list(directory, deadline).objects()) {
            if (object.name().startsWith(PROBE) && object.modified().isBefore(dead)) {
                objects.delete(directory + object.name(), deadline);
                removed.add(object.name().substring(1));
            }
        }
        return List.copyOf(removed);
    }

    @Override
    public SnapshotStore within(String name) {
        return new RemoteStore(objects, key(name) + "/", true, clock);
    }

    @Override
    public List<String> places(Deadline deadline) {
        return objects.list(directory, deadline).directories().stream()
                .filter(name -> !ObjectNames.isOwn(name))
                .sorted()
                .toList();
    }

    @Override
    public void deleteAll(Deadline deadline) {
        if (!isWithin) {
            throw new StoreException(place() + " is no place within a store", null);
        }
        objects.deleteAll(directory, deadline);
    }

    @Override
    public void check(Deadline deadline) {
        String key = directory + PROBE + UUID.randomUUID();
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        objects.create(key, text, deadline);
        boolean same = objects.get(key, text.length, deadline).filter(back -> Arrays.equals(back, text)).isPresent();
        objects.delete(key, deadline);
        objects.list(directory, deadline);
        if (!same) {
            throw new StoreException(
                    place() + ": a small object that was written a moment before came back as something else, or not at all; the store has to give"
                            + " back at once what it has taken", null);
        }
    }
}
