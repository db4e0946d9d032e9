package io.autopilot.mysql.chaos;

import java.util.List;
import java.util.Optional;

/** The page that tells what the faults did. */
final class FaultReport {
    private static final String TEXT =
            """
            # Faults

            Written by `make chaos`, which breaks clusters of three real nodes, one fault after the other, while five clients write one row a transaction at the primary
            that Consul lists. A row counts as acknowledged when its client was told that it is committed. After each fault the cluster has to be whole again (a primary
            that accepts writes, two replicas, in lossless mode both of them in the ack set); then every row that was ever acknowledged is looked for on every node.

            - **first acknowledged write after**: the longest time without an acknowledged write, from the blow to the answer that shows that the cluster works. A fault
              that needs preparations (clients that wait, since both replicas are frozen) counts from the blow.
            - **lost**: acknowledged, and missing on a node. Must be 0 in lossless mode.
            - **extra**: there, and never acknowledged. Allowed: the client was told nothing.
            - **unreadable**: a row whose content is not what was written, or a node that can't be read.
            - **rebuilt**: nodes that came back with transactions which were never acknowledged and nobody else has; they put those aside and made their data anew.
            - **not whole in time**: runs after which the three nodes were not back within four minutes.

            This run: %d cores for all nodes, Consul and the clients together.%s

            """;

    private FaultReport() {}

    static String of(List<Fault> faults, List<Outcome> outcomes, Optional<String> noSlowDisk) {
        String slow = noSlowDisk.map(why -> " No slow disk: " + why + ".").orElse("");
        StringBuilder page = new StringBuilder(TEXT.formatted(Runtime.getRuntime().availableProcessors(), slow));
        page.append(new FaultTable(faults).of(outcomes));
        List<String> violations = outcomes.stream().map(Outcome::violation).flatMap(Optional::stream).toList();
        if (!violations.isEmpty()) {
            page.append("\nWhat must not be:\n\n");
            violations.forEach(violation -> page.append("- ").append(violation).append('\n'));
        }
        return page.toString();
    }
}
