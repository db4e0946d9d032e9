package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.Candidate;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SalvageDecision;
import io.autopilot.mysql.core.SalvageRule;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A candidate's wait for the server of the fallen primary, when that is known to have what nobody else has: it restarts in a second or two,
 * read-only, and gives its tail then. Without a known loss nothing is asked and nothing waits.
 */
final class Salvage {
    private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration ASK = Duration.ofMillis(500);
    /** What a run needs after the wait: to fetch, to apply, to become the primary. */
    private static final Duration FOR_THE_REST = Duration.ofSeconds(2);

    private final Node node;
    private final Ports ports;

    Salvage(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
    }

    /**
     * Waits as far as this run can.
     *
     * @param candidates what could be read so far
     * @param back does what has to be done with the fallen primary's server when it is back
     * @return empty: go on, with what can be read now; else the reason why the next run has to go on waiting
     */
    Optional<Reason> await(
            long term, PrimaryRecord fallen, List<Candidate> candidates, Consumer<ServiceInstance> back, Deadline deadline) {
        GtidSet published = fallen.executed().orElse(GtidSet.EMPTY);
        GtidSet received = candidates.stream().map(Candidate::received).reduce(GtidSet.EMPTY, GtidSet::union);
        boolean there = candidates.stream().anyMatch(c -> c.node().equals(fallen.node()));
        Duration limit = node.settings().recovery().salvageWait();
        // Asked for only when it is needed: the ordinary take-over reads no file for it.
        Duration waited = published.minus(received).isEmpty() ? Duration.ZERO : waited(term);
        return switch (SalvageRule.decide(fallen.node(), published, received, there, waited, limit)) {
            case SalvageDecision.GoOn goOn -> Optional.empty();
            case SalvageDecision.Await await -> await(await, fallen, limit.minus(waited), back, deadline);
        };
    }

    private Optional<Reason> await(
            SalvageDecision.Await decision, PrimaryRecord fallen, Duration left, Consumer<ServiceInstance> back, Deadline deadline) {
        LOG.warn("event=salvage from={} missing=\"{}\" wait={}ms", fallen.node(), decision.missing(), left.toMillis());
        Deadline run = deadline.lessBy(FOR_THE_REST);
        boolean overInThisRun = left.compareTo(run.remaining()) <= 0;
        Optional<ServiceInstance> found = ports.poll().until(run.atMost(left), PAUSE, () -> find(fallen, run));
        found.ifPresent(back);
        return found.isPresent() || overInThisRun ? Optional.empty() : Optional.of(decision.reason());
    }

    private Duration waited(long term) {
        Duration now = ports.ticker().uptime();
        Optional<Duration> began = ports.state().salvageBegan(term);
        if (began.isEmpty()) {
            ports.state().writeSalvageBegan(term, now);
        }
        return began.map(now::minus).orElse(Duration.ZERO);
    }

    /** By what is registered: a container that was started again may have another address. */
    private Optional<ServiceInstance> find(PrimaryRecord fallen, Deadline deadline) {
        return ports.consul().instances(node.settings().nodeService(), deadline).stream()
                .filter(i -> i.passing() && i.id().equals(node.nodeServiceId(fallen.node())))
                .filter(i -> answers(new Address(i.address(), i.port()), fallen.serverUuid(), deadline))
                .findFirst();
    }

    private boolean answers(Address address, String serverUuid, Deadline deadline) {
        try (Mysql server = ports.servers().connect(address, deadline.atMost(ASK))) {
            return server.read().serverUuid().equals(serverUuid);
        } catch (MysqlException e) {
            return false;
        }
    }
}
