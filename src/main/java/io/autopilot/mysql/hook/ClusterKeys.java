package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Bootstrap;
import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.EvidenceRecords;
import io.autopilot.mysql.core.Lineage;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.core.SnapshotWish;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import java.time.Instant;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster's records, read from their keys. */
final class ClusterKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterKeys.class);
    /** Two nodes write each term's record, and each of them once. */
    private static final int ATTEMPTS = 4;

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

    /**
     * What operators have said; a value that can't be read is a pause, since what it said isn't known: it must neither be taken for nothing nor
     * keep a health run from raising a fence.
     */
    Indexed<ClusterConfig> config(Deadline deadline) {
        SaidConfig said = said(deadline);
        return new Indexed<>(said.value(), said.index());
    }

    /** The config key, and whether it is damaged. */
    record SaidConfig(ClusterConfig value, long index, boolean damaged) {}

    SaidConfig said(Deadline deadline) {
        Optional<KvEntry> entry = consul.get(node.configKey(), deadline);
        long index = entry.map(KvEntry::modifyIndex).orElse(0L);
        try {
            return new SaidConfig(
                    entry.map(e -> ClusterRecords.readConfig(e.key(), e.value())).orElse(ClusterConfig.EMPTY), index, false);
        } catch (IllegalArgumentException e) {
            ClusterConfig.Pause unknown = new ClusterConfig.Pause(
                    "every node", e.getMessage() + "; mend it, or have 'manage resume' write it anew", Instant.EPOCH, Optional.empty());
            return new SaidConfig(ClusterConfig.EMPTY.paused(unknown), index, true);
        }
    }

    /** False: somebody else was faster. */
    boolean writeConfig(ClusterConfig config, long index, Deadline deadline) {
        return consul.cas(node.configKey(), ClusterRecords.write(config), index, deadline);
    }

    /** Durability once it has changed since that index, or as it is after the wait. */
    Optional<Indexed<Durability>> awaitDurability(long index, Duration wait, Deadline deadline) {
        return consul.awaitChange(node.durabilityKey(), index, wait, deadline)
                .map(e -> new Indexed<>(ClusterRecords.readDurability(e.key(), e.value()), e.modifyIndex()));
    }

    Optional<String> clusterUuid(Deadline deadline) {
        return consul.get(node.initializedKey(), deadline).map(KvEntry::value);
    }

    /** The operator's word that has made this cluster. */
    Optional<String> obeyed(String clusterUuid, Deadline deadline) {
        return consul.get(node.bootstrappedKey(), deadline)
                .map(e -> ClusterRecords.readBootstrap(e.key(), e.value()))
                .filter(b -> b.clusterUuid().equals(clusterUuid))
                .map(Bootstrap::word);
    }

    /** A take-over that another node has announced and whose session lives. */
    Optional<Durability.Intent> foreignIntent(Optional<Durability> durability, Deadline deadline) {
        return durability
                .flatMap(Durability::intent)
                .filter(intent -> !intent.candidate().equals(node.name()))
                .filter(intent -> consul.sessionExists(intent.session(), deadline));
    }

    /**
     * This node doesn't pursue a take-over that it has announced, or that was handed to it: others may act again. Nothing happens when
     * there is none.
     */
    void withdrawIntent(Optional<Durability> durability, long index, Deadline deadline) {
        Optional<Durability.Intent> own =
                durability.flatMap(Durability::intent).filter(i -> i.candidate().equals(node.name()));
        if (own.isEmpty()) {
            return;
        }
        Durability d = durability.orElseThrow();
        Optional<Durability.HandOver> handOver = d.handOver().filter(h -> !h.to().equals(node.name()));
        Durability without = d.withIntent(Optional.empty()).withHandOver(handOver);
        TxnOp.Cas clear = new TxnOp.Cas(node.durabilityKey(), ClusterRecords.write(without), index);
        TxnOp.Unlock unlock = new TxnOp.Unlock(node.failoverLockKey(), node.name(), own.get().session());
        if (consul.transact(List.of(clear, unlock), deadline) instanceof TxnResult.Refused) {
            // The lock is gone already with the session that had it.
            consul.transact(List.of(clear), deadline);
        }
    }

    /** A living node that the last primary has named as its successor, and that is not this one. */
    Optional<String> successor(Optional<Durability> durability, Deadline deadline) {
        return durability
                .flatMap(Durability::handOver)
                .map(Durability.HandOver::to)
                .filter(to -> !to.equals(node.name()))
                .filter(to -> consul.instances(node.settings().nodeService(), deadline).stream()
                        .anyMatch(i -> i.id().equals(node.nodeServiceId(to)) && i.passing()));
    }

    /**
     * The successor of an announced hand-over is awake and ready.
     *
     * @param index that of the announcement: one that was taken back may be made again for the same node and term
     */
    void answer(Durability.HandOver handOver, long index, Deadline deadline) {
        Optional<KvEntry> before = consul.get(node.successorKey(), deadline);
        if (before.filter(e -> e.value().equals(answerTo(handOver, index))).isEmpty()) {
            consul.cas(
                    node.successorKey(),
                    answerTo(handOver, index),
                    before.map(KvEntry::modifyIndex).orElse(0L),
                    deadline);
        }
    }

    boolean isAnswered(Durability.HandOver handOver, long index, Deadline deadline) {
        return consul.get(node.successorKey(), deadline)
                .filter(e -> e.value().equals(answerTo(handOver, index)))
                .isPresent();
    }

    private static String answerTo(Durability.HandOver handOver, long index) {
        return handOver.to() + " " + handOver.term() + " " + index;
    }

    /** Puts that announcement into durability; empty: somebody else has written there, or nothing is written yet. */
    Optional<Indexed<Durability>> announce(Durability.HandOver handOver, Deadline deadline) {
        return durability(deadline)
                .filter(d -> writeHandOver(d, Optional.of(handOver), deadline))
                .flatMap(d -> durability(deadline))
                .filter(d -> d.value().handOver().equals(Optional.of(handOver)));
    }

    /** This node doesn't take what was handed over to it. Nothing happens when nothing was, or when that changed meanwhile. */
    void decline(Optional<Durability> durability, long index, Deadline deadline) {
        durability
                .filter(d -> d.handOver().filter(h -> h.to().equals(node.name())).isPresent())
                .ifPresent(d -> writeHandOver(new Indexed<>(d, index), Optional.empty(), deadline));
    }

    /** Changes the announcement only, on top of exactly that. */
    boolean writeHandOver(Indexed<Durability> on, Optional<Durability.HandOver> handOver, Deadline deadline) {
        return consul.cas(node.durabilityKey(), ClusterRecords.write(on.value().withHandOver(handOver)), on.index(), deadline);
    }

    /** Errant transactions that were archived, of every node that ever had any. */
    List<Evidence> evidence(Deadline deadline) {
        return consul.list(node.evidencePrefix(), deadline).stream()
                .map(e -> EvidenceRecords.read(e.key(), e.value()))
                .toList();
    }

    /** Makes evidence known; again is fine. */
    void publish(Evidence evidence, Deadline deadline) {
        String key = node.evidenceKey(evidence.id());
        String value = EvidenceRecords.write(evidence);
        Optional<KvEntry> before = consul.get(key, deadline);
        if (before.filter(e -> e.value().equals(value)).isEmpty()) {
            consul.cas(key, value, before.map(KvEntry::modifyIndex).orElse(0L), deadline);
        }
    }

    /** Whether an operator wants nothing changed, in the cluster or on this node. */
    boolean holdsStill(Instant now, Deadline deadline) {
        ClusterConfig config = config(deadline).value();
        return config.pauseAt(now).isPresent() || config.maintenance().containsKey(node.name());
    }

    Optional<Indexed<SnapshotWish>> snapshotWish(Deadline deadline) {
        return consul.get(node.snapshotWishKey(), deadline)
                .map(e -> new Indexed<>(SnapshotWish.read(e.key(), e.value()), e.modifyIndex()));
    }

    /** Has a snapshot taken that this node can be made of, unless one is under way or some were taken in vain. What came of it. */
    Reason wishForSnapshot(Reason why, Instant now, Deadline deadline) {
        Optional<Indexed<SnapshotWish>> before = snapshotWish(deadline);
        Optional<String> newest = consul.get(node.settings().keys().lastBackup(), deadline)
                .map(e -> SnapshotRecords.readPointer(e.key(), e.value()).id().text());
        Optional<SnapshotWish> wish = SnapshotWish.next(before.map(Indexed::value), newest, node.name(), why, now);
        if (wish.isPresent()) {
            consul.cas(node.snapshotWishKey(), wish.get().write(), before.map(Indexed::index).orElse(0L), deadline);
            return new Reason(why + "; a new snapshot is asked for");
        }
        return before.filter(b -> b.value().holds(newest)).isPresent()
                ? new Reason(why + "; a new snapshot was asked for and is not there yet")
                : new Reason(why + "; " + SnapshotWish.MOST + " snapshots were taken for it in vain: see which transactions they have or lack;"
                        + " the next one is asked for after " + SnapshotWish.AGAIN.toMinutes() + " min");
    }

    /** The wish is fulfilled, or nobody has it any more. */
    void forgetWish(Deadline deadline) {
        snapshotWish(deadline).ifPresent(wish -> consul.deleteCas(node.snapshotWishKey(), wish.index(), deadline));
    }

    /** What the last drill of this cluster found; empty when there was none, or nobody can read what it says. */
    Optional<Drill> lastDrill(String clusterUuid, Deadline deadline) {
        try {
            return consul.get(node.lastDrillKey(), deadline)
                    .map(e -> Drill.read("the Consul key " + e.key(), e.value()))
                    .filter(drill -> drill.clusterUuid().equals(clusterUuid));
        } catch (IllegalArgumentException e) {
            LOG.warn("event=drill-unreadable reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** Whatever stood there: the key only tells people and schedules. */
    void noteDrill(Drill drill, Deadline deadline) {
        long index = consul.get(node.lastDrillKey(), deadline).map(KvEntry::modifyIndex).orElse(0L);
        consul.cas(node.lastDrillKey(), drill.write(), index, deadline);
    }

    /** What the last election that promoted nobody said; empty when none did. */
    Optional<StoppedElection> stoppedElection(Deadline deadline) {
        return consul.get(node.stoppedElectionKey(), deadline).flatMap(ClusterKeys::readStopped);
    }

    /** Whether it says anything new: tries are many, and else the key isn't written. */
    boolean noteStoppedElection(StoppedElection stopped, Deadline deadline) {
        Optional<KvEntry> before = consul.get(node.stoppedElectionKey(), deadline);
        return before.flatMap(ClusterKeys::readStopped).filter(stopped::saysTheSameAs).isEmpty()
                && consul.cas(
                        node.stoppedElectionKey(), ClusterRecords.write(stopped), before.map(KvEntry::modifyIndex).orElse(0L), deadline);
    }

    /** Nothing depends on it: one that can't be read is as good as none, and is written anew. */
    private static Optional<StoppedElection> readStopped(KvEntry entry) {
        try {
            return Optional.of(ClusterRecords.readStoppedElection(entry.key(), entry.value()));
        } catch (IllegalArgumentException e) {
            LOG.warn("event=stopped-election-unreadable reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    List<TermRecord> history(Deadline deadline) {
        return consul.list(node.historyPrefix(), deadline).stream()
                .map(e -> ClusterRecords.readTerm(e.key(), e.value()))
                .toList();
    }

    Optional<TermRecord> term(long term, Deadline deadline) {
        return consul.get(node.historyKey(term), deadline).map(e -> ClusterRecords.readTerm(e.key(), e.value()));
    }

    /** Adds to a term's record what is known later than the term begins. Nothing but the record for people depends on it. */
    void amendTerm(long term, UnaryOperator<TermRecord> change, Deadline deadline) {
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                Optional<KvEntry> entry = consul.get(node.historyKey(term), deadline);
                if (entry.isEmpty() || wrote(entry.get(), change, deadline)) {
                    return;
                }
            }
        } catch (ConsulException e) {
            LOG.warn("event=history-not-amended term={} reason=\"{}\"", term, e.getMessage());
        }
    }

    private boolean wrote(KvEntry entry, UnaryOperator<TermRecord> change, Deadline deadline) {
        TermRecord changed = change.apply(ClusterRecords.readTerm(entry.key(), entry.value()));
        return consul.cas(entry.key(), ClusterRecords.write(changed), entry.modifyIndex(), deadline);
    }

    /** What belongs to this cluster (protocol P4, step 3). */
    Lineage lineage(Deadline deadline) {
        return new Lineage(history(deadline));
    }

    /** Every server that was ever a primary of this cluster, or whose transactions were there before. */
    Set<String> primaryUuids(Deadline deadline) {
        Set<String> uuids = new TreeSet<>();
        for (TermRecord term : history(deadline)) {
            uuids.add(term.serverUuid());
            uuids.addAll(term.ancestors());
        }
        return uuids;
    }
}
