package io.autopilot.mysql.pilot;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The built-in supervisor with a real Consul: the common scenarios, and those where it does better than ContainerPilot. */
@Tag("side-by-side")
final class BuiltInSupervisorConsulIT extends SupervisorConsulScenarios {
    @Override
    List<String> supervisor() {
        return BuiltInSupervisorIT.command();
    }

    @Test
    void aServiceThatConsulHasLostIsRegisteredAgain() throws Exception {
        Living living = live(
                "", "{name: 'lost', port: 82, interfaces: 'static:10.1.2.3', health: {interval: 1, ttl: 10}}");
        living.await(() -> CONSUL.passing("lost").contains("10.1.2.3"), "the service");

        CONSUL.deregister("lost-" + hostname());

        living.await(() -> CONSUL.passing("lost").contains("10.1.2.3"), "the service, again");
    }

    @Test
    void aChangeIsHeardWhenItHappensAndNotAtTheNextInterval() throws Exception {
        Living living = live(
                "watches: [{name: 'far', interval: 3600}],",
                SupervisorScenarios.main(""),
                SupervisorScenarios.job("changed", "echo changed >>$LINES", "when: {source: 'watch.far', each: 'changed'}"));
        living.awaitLine("main");

        CONSUL.register("far", "far-1", 1);
        living.awaitLine("changed");
        CONSUL.deregister("far-1");
        living.awaitLines("changed", 2);
    }
}
