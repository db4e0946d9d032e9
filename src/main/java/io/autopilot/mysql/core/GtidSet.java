package io.autopilot.mysql.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of global transaction identifiers, with the algebra of the server's GTID functions.
 *
 * <p>Source of the text form: MySQL Reference Manual, "GTID Format and Storage" (tagged GTIDs: 8.3 and later). Thread-safe.
 */
public final class GtidSet {
    public static final GtidSet EMPTY = new GtidSet(new TreeMap<>());

    private static final Pattern UUID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern TAG = Pattern.compile("[a-z_][a-z0-9_]{0,31}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

    /** Where transactions come from: a server's uuid and, from 8.3 on, a tag (empty for none). */
    private record Origin(String uuid, String tag) implements Comparable<Origin> {
        @Override
        public int compareTo(Origin other) {
            int byUuid = uuid.compareTo(other.uuid);
            return byUuid != 0 ? byUuid : tag.compareTo(other.tag);
        }
    }

    /** Both ends belong to the interval. */
    private record Interval(long first, long last) {
        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + "-" + last;
        }
    }

    private final SortedMap<Origin, List<Interval>> intervals;

    private GtidSet(SortedMap<Origin, List<Interval>> intervals) {
        this.intervals = Collections.unmodifiableSortedMap(intervals);
    }

    /**
     * Reads the server's text form; blanks and line breaks are allowed around every part, letters may have any case.
     *
     * @throws IllegalArgumentException when the text is not a GTID set
     */
    public static GtidSet parse(String text) {
        TreeMap<Origin, List<Interval>> read = new TreeMap<>();
        for (String source : text.split(",", -1)) {
            String trimmed = source.strip();
            if (!trimmed.isEmpty()) {
                readSource(trimmed.toLowerCase(Locale.ROOT), read);
            }
        }
        read.replaceAll((origin, list) -> normalised(list));
        read.values().removeIf(List::isEmpty);
        return read.isEmpty() ? EMPTY : new GtidSet(read);
    }

    private static void readSource(String source, Map<Origin, List<Interval>> into) {
        String[] parts = source.split(":", -1);
        String uuid = parts[0].strip();
        if (!UUID.matcher(uuid).matches() || parts.length < 2) {
            throw new IllegalArgumentException("not a GTID set: '" + source + "'");
        }
        Origin origin = new Origin(uuid, "");
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            if (TAG.matcher(part).matches()) {
                origin = new Origin(uuid, part);
            } else {
                into.computeIfAbsent(origin, o -> new ArrayList<>()).add(readInterval(part, source));
            }
        }
    }

    private static Interval readInterval(String part, String source) {
        String[] ends = part.split("-", -1);
        String first = ends[0].strip();
        String last = ends[ends.length - 1].strip();
        if (ends.length > 2 || !NUMBER.matcher(first).matches() || !NUMBER.matcher(last).matches()) {
            throw new IllegalArgumentException("not a GTID interval: '" + part + "' in '" + source + "'");
        }
        try {
            return new Interval(Long.parseLong(first), Long.parseLong(last));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("GTID number out of range: '" + part + "' in '" + source + "'", e);
        }
    }

    private static List<Interval> normalised(List<Interval> raw) {
        List<Interval> sorted = raw.stream()
                .filter(i -> i.first() > 0 && i.first() <= i.last())
                .sorted((a, b) -> Long.compare(a.first(), b.first()))
                .toList();
        List<Interval> merged = new ArrayList<>();
        for (Interval next : sorted) {
            Interval previous = merged.isEmpty() ? null : merged.getLast();
            if (previous != null && next.first() - 1 <= previous.last()) {
                merged.set(merged.size() - 1, new Interval(previous.first(), Math.max(previous.last(), next.last())));
            } else {
                merged.add(next);
            }
        }
        return List.copyOf(merged);
    }

    public boolean isEmpty() {
        return intervals.isEmpty();
    }

    public GtidSet union(GtidSet other) {
        TreeMap<Origin, List<Interval>> sum = new TreeMap<>(intervals);
        other.intervals.forEach((origin, list) -> sum.merge(origin, list, (a, b) -> {
            List<Interval> both = new ArrayList<>(a);
            both.addAll(b);
            return normalised(both);
        }));
        return new GtidSet(sum);
    }

    /** What is in this set and not in the other one (GTID_SUBTRACT). */
    public GtidSet minus(GtidSet other) {
        TreeMap<Origin, List<Interval>> rest = new TreeMap<>();
        intervals.forEach((origin, list) -> {
            List<Interval> left = minus(list, other.intervals.getOrDefault(origin, List.of()));
            if (!left.isEmpty()) {
                rest.put(origin, left);
            }
        });
        return rest.isEmpty() ? EMPTY : new GtidSet(rest);
    }

    private static List<Interval> minus(List<Interval> from, List<Interval> holes) {
        List<Interval> left = new ArrayList<>();
        for (Interval interval : from) {
            long start = interval.first();
            boolean open = true;
            for (Interval hole : holes) {
                if (hole.last() < start || !open) {
                    continue;
                }
                if (hole.first() > interval.last()) {
                    break;
                }
                if (hole.first() > start) {
                    left.add(new Interval(start, hole.first() - 1));
                }
                open = hole.last() < interval.last();
                start = open ? hole.last() + 1 : start;
            }
            if (open) {
                left.add(new Interval(start, interval.last()));
            }
        }
        return List.copyOf(left);
    }

    public GtidSet intersect(GtidSet other) {
        return minus(minus(other));
    }

    /** True when every transaction of the other set is in this one; every set contains itself and the empty one. */
    public boolean contains(GtidSet other) {
        return other.minus(this).isEmpty();
    }

    /** The servers that its transactions come from. */
    public Set<String> serverUuids() {
        return intervals.keySet().stream().map(Origin::uuid).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Only the transactions that the given servers wrote. */
    public GtidSet of(Collection<String> serverUuids) {
        TreeMap<Origin, List<Interval>> kept = new TreeMap<>(intervals);
        kept.keySet().removeIf(origin -> !serverUuids.contains(origin.uuid()));
        return kept.isEmpty() ? EMPTY : new GtidSet(kept);
    }

    /** The number of transactions in the set. */
    public long count() {
        return intervals.values().stream()
                .flatMap(List::stream)
                .mapToLong(i -> i.last() - i.first() + 1)
                .sum();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GtidSet set && intervals.equals(set.intervals);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(intervals);
    }

    /** The server's canonical form: sources in order, an untagged part before its tags, no blanks. */
    @Override
    public String toString() {
        TreeMap<String, StringBuilder> byUuid = new TreeMap<>();
        for (Map.Entry<Origin, List<Interval>> entry : intervals.entrySet()) {
            Origin origin = entry.getKey();
            StringBuilder text = byUuid.computeIfAbsent(origin.uuid(), uuid -> new StringBuilder(uuid));
            if (!origin.tag().isEmpty()) {
                text.append(':').append(origin.tag());
            }
            entry.getValue().forEach(interval -> text.append(':').append(interval));
        }
        return byUuid.values().stream().map(StringBuilder::toString).collect(Collectors.joining(","));
    }
}
