package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Deadline;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The cluster's records, read from their keys. */
final class ClusterKeys {
    private final Node node;
    private final Consul consul;

    ClusterKeys(Node node, Consul consul) {
        this.node = node;
        this.consul = consul;
    }

    /** A record with the index that a write on top of it needs. */
    record Indexed<T>(T value, long index) {}

    Optional<Indexed<Durability>> durability(Deadline deadline) {
        return consul.get(node.durabilityKey(), deadline)
                .map(e -> new Indexed<>(ClusterRecords.readDurability(e.key(), e.value()), e.modifyIndex()));
    }

    Optional<String> clusterUuid(Deadline deadline) {
        return consul.get(node.initializedKey(), deadline).map(KvEntry::value);
    }

    /** A take-over that another node has announced and whose session lives. */
    Optional<Durability.Intent> foreignIntent(Optional<Durability> durability, Deadline deadline) {
        return durability
                .flatMap(Durability::intent)
                .filter(intent -> !intent.candidate().equals(node.name()))
                .filter(intent -> consul.sessionExists(intent.session(), deadline));
    }

    /** This node doesn't pursue a take-over that it has announced: others may act again. Nothing happens when it announced none. */
    void withdrawIntent(Optional<Durability> durability, long index, Deadline deadline) {
        durability
                .filter(d -> d.intent().filter(i -> i.candidate().equals(node.name())).isPresent())
                .ifPresent(d -> consul.cas(
                        node.durabilityKey(),
                        ClusterRecords.write(new Durability(d.mode(), d.proven(), d.next(), Optional.empty(), d.handOver())),
                        index,
                        deadline));
    }

    /** The successor of an announced hand-over is awake and waits for the lease. */
    void answer(Durability.HandOver handOver, Deadline deadline) {
        Optional<KvEntry> before = consul.get(node.successorKey(), deadline);
        if (before.filter(e -> e.value().equals(answerTo(handOver))).isEmpty()) {
            consul.cas(
                    node.successorKey(),
                    answerTo(handOver),
                    before.map(KvEntry::modifyIndex).orElse(0L),
                    deadline);
        }
    }

    boolean isAnswered(Durability.HandOver handOver, Deadline deadline) {
        return consul.get(node.successorKey(), deadline)
                .filter(e -> e.value().equals(answerTo(handOver)))
                .isPresent();
    }

    private static String answerTo(Durability.HandOver handOver) {
        return handOver.to() + " " + handOver.term();
    }

    List<TermRecord> history(Deadline deadline) {
        return consul.list(node.historyPrefix(), deadline).stream()
                .map(e -> ClusterRecords.readTerm(e.key(), e.value()))
                .toList();
    }

    /** Every server whose transactions belong to this cluster (protocol P4, step 3). */
    Set<String> primaryUuids(Deadline deadline) {
        Set<String> uuids = new TreeSet<>();
        for (TermRecord term : history(deadline)) {
            uuids.add(term.serverUuid());
            uuids.addAll(term.ancestors());
        }
        return uuids;
    }
}
