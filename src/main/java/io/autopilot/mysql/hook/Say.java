package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.Word;
import io.autopilot.mysql.core.WordDecision;
import io.autopilot.mysql.core.WordRule;
import io.autopilot.mysql.core.WordView;
import io.autopilot.mysql.hook.ClusterKeys.SaidConfig;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes an operator's word down, for the nodes to obey it with their next health run. Needs no server of its own. */
public final class Say implements Hook {
    private static final int ATTEMPTS = 5;
    private static final Duration CALL = Duration.ofSeconds(4);

    private final Node node;
    private final Consul consul;
    private final Clock clock;
    private final Word word;
    private final boolean dryRun;
    private final ClusterKeys keys;

    public Say(Node node, Consul consul, Clock clock, Word word, boolean dryRun) {
        this.node = node;
        this.consul = consul;
        this.clock = clock;
        this.word = word;
        this.dryRun = dryRun;
        this.keys = new ClusterKeys(node, consul);
    }

    @Override
    public Outcome run(Deadline deadline) {
        for (int i = 0; i < ATTEMPTS; i++) {
            SaidConfig before = keys.said(deadline.atMost(CALL));
            WordDecision decision = WordRule.decide(word, view(before, deadline.atMost(CALL)));
            switch (decision) {
                case WordDecision.Refuse refuse -> {
                    return Outcome.notHealthy(refuse, refuse.reason());
                }
                case WordDecision.Nothing nothing -> {
                    return Outcome.done(nothing, nothing.reason());
                }
                case WordDecision.Change change -> {
                    if (dryRun) {
                        return Outcome.done("DryRun", new Reason("would be: " + change.reason()));
                    }
                    if (keys.writeConfig(change.to(), before.index(), deadline.atMost(CALL))) {
                        return Outcome.done(change, change.reason());
                    }
                }
            }
        }
        return Outcome.tryLater("Busy", new Reason("others keep changing " + node.configKey() + " at the same time"));
    }

    private WordView view(SaidConfig before, Deadline deadline) {
        Optional<KvEntry> lease = consul.get(node.leaseKey(), deadline);
        Optional<PrimaryRecord> primary = lease.map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        return new WordView(
                node.name(),
                before.value(),
                before.damaged(),
                primary,
                keys.durability(deadline).map(ClusterKeys.Indexed::value),
                lease.flatMap(KvEntry::session).isPresent(),
                consul.instances(node.settings().nodeService(), deadline).stream()
                        .map(ServiceInstance::id)
                        .map(node::nodeOf)
                        .collect(Collectors.toSet()),
                keys.history(deadline),
                node.settings().lease(),
                clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }
}
