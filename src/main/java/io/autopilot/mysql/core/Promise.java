package io.autopilot.mysql.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What holds for every write that is acknowledged now, never more than the primary's server itself does (G2).
 *
 * @param acks how many other servers have each of them
 * @param members the nodes of which any so many do; a server whose node isn't known by its uuid
 * @param doubt why less is promised than stands in Consul; empty: nothing is in the way
 */
public record Promise(Durability.Mode mode, int acks, List<String> members, Optional<Reason> doubt) {
    public Promise {
        members = List.copyOf(members);
    }

    /**
     * What is promised.
     *
     * @param primary the server of the primary in force; empty when it gives no answer
     * @param nodes names by server uuid
     */
    public static Promise of(Durability durability, Optional<SemiSync> primary, Map<String, String> nodes) {
        // Both entries hold while one becomes the other: the weaker one is the promise.
        int acks = Stream.concat(Stream.of(durability.proven()), durability.next().stream())
                .mapToInt(Durability.Entry::acksRequired)
                .min()
                .orElse(0);
        List<String> members = durability.newest().ackSet().stream()
                .map(uuid -> nodes.getOrDefault(uuid, uuid))
                .sorted()
                .toList();
        if (durability.mode() == Durability.Mode.ASYNC || acks == 0) {
            return new Promise(durability.mode(), 0, members, Optional.empty());
        }
        Optional<Reason> doubt = primary.isEmpty()
                ? Optional.of(new Reason("the primary gives no answer"))
                : primary.filter(s -> !s.sourceOn() || s.acksRequired() < acks)
                        .map(s -> new Reason("the primary doesn't wait for acknowledgements now"));
        return new Promise(durability.mode(), doubt.isPresent() ? 0 : acks, members, doubt);
    }

    /** In words. */
    public String text() {
        return switch (mode) {
            case ASYNC -> "async: a write is acknowledged before a replica has it";
            case LOSSLESS -> acks > 0
                    ? "lossless: every acknowledged write is on " + acks + " of " + String.join(", ", members)
                    : "lossless, but UNPROTECTED: "
                            + doubt.map(Reason::text).orElse("no replica acknowledges, so writes are on the primary alone");
        };
    }
}
