package io.autopilot.mysql.search;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What two states have in common that nothing can tell apart: session ids and indexes are new each time, times are when they are, and of
 * transactions that the same servers have counts only in which order they came.
 */
record Key(long high, long low) {
    /** Of virtual time, which is never later than that day. */
    private static final Pattern TIME = Pattern.compile("1970-01-01T[0-9:.]+Z");

    private static final Pattern SESSION = Pattern.compile("00000000-0000-0000-0000-\\d{12}");
    private static final Pattern GTIDS = Pattern.compile("(0000000[1-9]-0000-0000-0000-[0-9]{12})((?::\\d+(?:-\\d+)?)+)");

    static Key of(String state) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(canonical(state).getBytes(StandardCharsets.UTF_8));
            ByteBuffer buffer = ByteBuffer.wrap(digest);
            return new Key(buffer.getLong(), buffer.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String canonical(String state) {
        String timeless = TIME.matcher(state).replaceAll("");
        Map<String, String> sessions = new HashMap<>();
        String nameless = SESSION.matcher(timeless)
                .replaceAll(id -> sessions.computeIfAbsent(id.group(), unknown -> "s" + sessions.size()));
        Map<String, TreeSet<Long>> borders = new TreeMap<>();
        GTIDS.matcher(nameless).results().forEach(found -> bordersOf(found, borders));
        return GTIDS.matcher(nameless).replaceAll(found -> numbered(found, borders));
    }

    private static void bordersOf(MatchResult gtids, Map<String, TreeSet<Long>> borders) {
        TreeSet<Long> own = borders.computeIfAbsent(gtids.group(1), uuid -> new TreeSet<>());
        for (String range : gtids.group(2).substring(1).split(":", -1)) {
            own.add(first(range));
            own.add(last(range) + 1);
        }
    }

    /** By the number of borders before it: transactions between the same two borders are one. */
    private static String numbered(MatchResult gtids, Map<String, TreeSet<Long>> borders) {
        TreeSet<Long> own = borders.getOrDefault(gtids.group(1), new TreeSet<>());
        StringBuilder text = new StringBuilder(gtids.group(1));
        for (String range : gtids.group(2).substring(1).split(":", -1)) {
            text.append(':').append(own.headSet(first(range)).size()).append('-').append(own.headSet(last(range) + 1).size());
        }
        return text.toString();
    }

    private static long first(String range) {
        int dash = range.indexOf('-');
        return Long.parseLong(dash < 0 ? range : range.substring(0, dash));
    }

    private static long last(String range) {
        return Long.parseLong(range.substring(range.indexOf('-') + 1));
    }
}
