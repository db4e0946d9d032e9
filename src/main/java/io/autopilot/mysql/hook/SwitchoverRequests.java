package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SwitchoverRecords;
import io.autopilot.mysql.core.SwitchoverRequest;
import io.autopilot.mysql.core.SwitchoverRequest.Answer;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The primary's answers to switchovers that were asked for on other nodes; {@link RequestedSwitchover} asks. */
final class SwitchoverRequests {
    static final String TAKEN = "taken";
    private static final Logger LOG = LoggerFactory.getLogger(SwitchoverRequests.class);
    /** For the answer, out of the time of the hook that has taken a request. */
    private static final Duration FOR_ANSWER = Duration.ofMillis(500);

    private final Node node;
    private final Ports ports;

    SwitchoverRequests(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
    }

    /** Does what is asked for, once, if this node is the primary and whoever asked still waits. Empty: nothing is. */
    Optional<Outcome> tryServe(Deadline deadline) {
        Optional<KvEntry> entry = ports.consul().get(node.switchoverKey(), deadline).filter(e -> e.session().isPresent());
        Optional<SwitchoverRequest> open = entry.map(e -> SwitchoverRecords.read(e.key(), e.value())).filter(r -> r.answer().isEmpty());
        if (open.isEmpty() || !isPrimary(deadline)) {
            return Optional.empty();
        }
        Answer taken = new Answer(node.name(), TAKEN, "", new Reason("at work"));
        if (!write(open.get().answered(taken), entry.get().modifyIndex(), deadline)) {
            return Optional.empty();
        }
        LOG.info("event=switchover-requested by={} to={}", open.get().by(), open.get().to().orElse("the best"));
        Outcome outcome = new Switchover(node, ports, open.get().to(), open.get().writeStop()).run(deadline.lessBy(FOR_ANSWER));
        answer(open.get(), outcome, deadline);
        return Optional.of(outcome);
    }

    private boolean isPrimary(Deadline deadline) {
        return ports.consul()
                .get(node.leaseKey(), deadline)
                .map(e -> ClusterRecords.readPrimary(e.key(), e.value()))
                .map(PrimaryRecord::node)
                .filter(node.name()::equals)
                .isPresent();
    }

    private void answer(SwitchoverRequest request, Outcome outcome, Deadline deadline) {
        Answer answer = new Answer(node.name(), outcome.status().name().toLowerCase(Locale.ROOT), outcome.decision(), outcome.reason());
        ports.consul()
                .get(node.switchoverKey(), deadline)
                .filter(e -> SwitchoverRecords.read(e.key(), e.value()).id().equals(request.id()))
                .ifPresent(e -> write(request.answered(answer), e.modifyIndex(), deadline));
    }

    private boolean write(SwitchoverRequest request, long index, Deadline deadline) {
        return ports.consul().cas(node.switchoverKey(), SwitchoverRecords.write(request), index, deadline);
    }
}
