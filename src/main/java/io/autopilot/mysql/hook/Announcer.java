package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.HealthDecision;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Sleeper;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Says in Consul that this node is about to take over, and takes it back: the first step of a take-over (protocol P4). */
final class Announcer {
    private static final Duration OTHERS_TURN = Duration.ofSeconds(1);

    private final Node node;
    private final Consul consul;
    private final Sleeper sleeper;
    private final Lease lease;
    private final ClusterKeys keys;

    Announcer(Node node, Ports ports, Lease lease, ClusterKeys keys) {
        this.node = node;
        this.consul = ports.consul();
        this.sleeper = ports.sleeper();
        this.lease = lease;
        this.keys = keys;
    }

    /** Takes it back: nobody else is barred by it any more. */
    void withdraw(Announcement.Made announced, Deadline deadline) {
        keys.withdrawIntent(
                Optional.of(announced.durability().value()), announced.durability().index(), deadline);
    }

    private static Announcement refused(String why) {
        return new Announcement.Refused(new Reason(why), false);
    }

    /**
     * Announces a take-over. Waits a moment for another node's announcement to be taken back: two nodes whose runs begin at the same time would else
     * wait for each other, the one that yields and the one that it yields to.
     *
     * @param decision by now there may be another primary
     */
    Announcement announce(HealthDecision.TakeOver decision, String session, Indexed<ClusterConfig> config, Deadline deadline) {
        Deadline turn = deadline.atMost(OTHERS_TURN);
        while (true) {
            Announcement announcement = announceNow(decision, session, config, deadline);
            boolean again = announcement instanceof Announcement.Refused refused && refused.forNow();
            if (!again || turn.expired()) {
                return announcement;
            }
            sleeper.sleep(OTHERS_TURN.dividedBy(4));
        }
    }

    private Announcement announceNow(
            HealthDecision.TakeOver decision, String session, Indexed<ClusterConfig> config, Deadline deadline) {
        long term = decision.term();
        Optional<KvEntry> entry = consul.get(node.leaseKey(), deadline);
        Optional<Indexed<Durability>> found = keys.durability(deadline);
        Optional<PrimaryRecord> last = last(lease.view(entry, deadline), found);
        if (last.isEmpty() || found.isEmpty()) {
            return refused("the lease is not free any more");
        }
        Durability now = found.get().value();
        if (term != Math.max(now.newest().term(), last.get().term()) + 1) {
            return refused(last.get().node() + " has begun term " + last.get().term() + " meanwhile");
        }
        Durability.Intent intent = new Durability.Intent(term, node.name(), session);
        if (now.intent().filter(intent::equals).isPresent()) {
            return new Announcement.Made(term, decision.reason(), found.get(), last.get(), config);
        }
        Optional<Durability.Intent> foreign = keys.foreignIntent(Optional.of(now), deadline);
        if (foreign.isPresent()) {
            return new Announcement.Refused(
                    new Reason(foreign.get().candidate() + " is taking over with term " + foreign.get().term()), true);
        }
        Durability with = now.withIntent(Optional.of(intent));
        // Lock and announcement come together and go together: a killed run leaves both or none.
        TxnResult result = consul
                .transact(
                        List.of(
                                new TxnOp.Lock(node.failoverLockKey(), node.name(), session),
                                new TxnOp.Cas(node.durabilityKey(), ClusterRecords.write(with), found.get().index())),
                        deadline);
        Optional<Reason> why = Promotion.refusal(result);
        if (why.isPresent()) {
            return new Announcement.Refused(new Reason("can't announce a take-over: " + why.get()), true);
        }
        return keys.durability(deadline)
                .filter(d -> d.value().intent().filter(intent::equals).isPresent())
                .<Announcement>map(d -> new Announcement.Made(term, decision.reason(), d, last.get(), config))
                .orElseGet(() -> refused("the announcement was taken back at once"));
    }

    /** In lossless mode the lease only names the primary: the revocation ends its term, held or not (protocol P7). */
    private static Optional<PrimaryRecord> last(LeaseView view, Optional<Indexed<Durability>> durability) {
        boolean lossless =
                durability.filter(d -> d.value().mode() == Durability.Mode.LOSSLESS).isPresent();
        return switch (view) {
            case LeaseView.Free free -> free.last();
            case LeaseView.Other other -> Optional.of(other.record()).filter(r -> lossless);
            case LeaseView.Mine mine -> Optional.empty();
            case LeaseView.Unknown unknown -> Optional.empty();
        };
    }
}
