package io.autopilot.mysql.chaos;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** All the faults that this suite knows. */
final class Faults {
    private static final Duration FROZEN = Duration.ofSeconds(30);
    private static final Duration OUTAGE = Duration.ofSeconds(25);
    private static final Duration WAKE = Duration.ofSeconds(2);

    private static final String SLOW_DISK = "slow-disk";
    private static final Fault.Act NOTHING = scene -> {};
    private static final Fault.Act LET_REPLICAS_GO_ON = Scene::letReplicasGoOn;

    /**
     * Stops a health run somewhere in its middle, and the supervisor, which would kill it. When no health run is met (they may live in a
     * resident process) all JVMs are stopped.
     */
    private static final String STOP_A_HOOK =
            """
            for i in $(seq 600); do
                pid=$(pgrep -f 'manage[.]jar health' | head -n 1)
                [ -z "$pid" ] || break
                sleep 0.02
            done
            sleep 0.$((RANDOM % 5))$((RANDOM % 10))
            [ -z "$pid" ] || kill -STOP "$pid" || true
            pkill -STOP -x 'java|containerpilot'
            """;

    /** The hook goes on before the supervisor notices how late it is. */
    private static final String WAKE_HOOKS = "pkill -CONT -f 'manage[.]jar health' || true";

    private static final String WAKE_ALL = "pkill -CONT -x 'java|containerpilot' || true";

    private Faults() {}

    static List<Fault> all() {
        return List.of(
                Fault.of("kill-mysqld", "`kill -9` of mysqld", s -> s.shell(s.primary(), "pkill -KILL -x mysqld"), NOTHING),
                Fault.of("kill-container", "`docker kill` of the primary", s -> s.docker("kill", s.primary()), s -> s.tryDocker("start", s.primary())),
                Fault.of("pause", "primary frozen for 30 s", Faults::pause, s -> s.tryDocker("unpause", s.primary())),
                Fault.of("term-mysqld", "SIGTERM of mysqld while clients wait", s -> terminate(s, "pkill -TERM -x mysqld"), LET_REPLICAS_GO_ON),
                Fault.of(
                        "term-wrapper",
                        "SIGTERM of mysqld's wrapper while clients wait",
                        s -> terminate(s, "pkill -TERM -f /usr/local/bin/[m]ysqld-run"),
                        LET_REPLICAS_GO_ON),
                Fault.of("stop-halfway", "`docker stop -t 1` while clients wait", Faults::stopHalfway, Faults::startAndGoOn),
                Fault.of("stale-primary-hook", "a primary's hook that sleeps until it has a successor", Faults::staleOnPrimary, Faults::wakeEverybody),
                Fault.of(
                        "stale-replica-hook",
                        "a replica's hook that sleeps while the primary is replaced",
                        Faults::staleOnReplica,
                        Faults::wakeEverybody),
                Fault.of("cut-primary", "network of the primary cut", s -> s.cluster().cutOff(s.primary()), s -> s.cluster().reconnect(s.primary())),
                Fault.of("cut-replica", "network of a replica cut for 25 s", Faults::cutReplica, NOTHING),
                Fault.of("cut-consul", "network of Consul cut for 25 s", Faults::cutConsul, NOTHING),
                Fault.of("kill-consul", "Consul killed, started after 25 s", Faults::killConsul, NOTHING),
                new Fault("disk-full", "disk of the primary full", true, Faults::fillDisk, Faults::emptyDisk),
                Fault.of(SLOW_DISK, "primary's disk at " + SlowDisk.WRITES + " writes a second for 30 s", Faults::slowDisk, SlowDisk::end),
                Fault.of("kill-all", "all three nodes killed at once, started again", Faults::killAll, s -> s.tryStart(s.nodes())));
    }

    /** Those that this machine has. */
    static List<Fault> all(boolean slowDisk) {
        return all().stream().filter(fault -> slowDisk || !fault.name().equals(SLOW_DISK)).toList();
    }

    /** Those of the comma-separated list, in the order of this class. */
    static List<Fault> named(String names) {
        List<String> wanted = Arrays.asList(names.split(",", -1));
        List<Fault> found = all().stream().filter(fault -> wanted.contains(fault.name())).toList();
        if (found.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    "FAULTS=" + names + " names one that isn't known; there are " + all().stream().map(Fault::name).collect(joining(",")));
        }
        return found;
    }

    private static void pause(Scene scene) {
        scene.freeze(scene.primary());
        scene.lastsFor(FROZEN);
        scene.docker("unpause", scene.primary());
    }

    private static void terminate(Scene scene, String command) {
        scene.makeClientsWait();
        scene.blow();
        // With the server that was asked to end seen ended, or replaced by the next one.
        scene.shell(scene.primary(), "pid=$(pgrep -x mysqld); " + command + "; timeout 20 tail --pid=$pid -f /dev/null");
        scene.letReplicasGoOn();
    }

    private static void stopHalfway(Scene scene) {
        scene.makeClientsWait();
        scene.blow();
        scene.docker("stop", "-t", "1", scene.primary());
        scene.letReplicasGoOn();
    }

    private static void startAndGoOn(Scene scene) {
        scene.letReplicasGoOn();
        scene.tryDocker("start", scene.primary());
    }

    private static void staleOnPrimary(Scene scene) {
        scene.shell(scene.primary(), STOP_A_HOOK);
        scene.blow();
        scene.awaitSuccessor();
        wake(scene, scene.primary());
    }

    private static void staleOnReplica(Scene scene) {
        String stale = scene.replicas().getFirst();
        scene.shell(stale, STOP_A_HOOK);
        scene.blow();
        scene.shell(scene.primary(), "pkill -KILL -x mysqld");
        scene.awaitSuccessor();
        wake(scene, stale);
    }

    private static void wake(Scene scene, String node) {
        scene.shell(node, WAKE_HOOKS);
        scene.lastsFor(WAKE);
        scene.shell(node, WAKE_ALL);
    }

    private static void wakeEverybody(Scene scene) {
        scene.nodes().forEach(node -> scene.tryShell(node, WAKE_ALL));
    }

    private static void cutReplica(Scene scene) {
        String replica = scene.replicas().getFirst();
        scene.cluster().cutOff(replica);
        try {
            scene.lastsFor(OUTAGE);
        } finally {
            scene.cluster().reconnect(replica);
        }
    }

    private static void cutConsul(Scene scene) {
        scene.cluster().cutConsulOff(scene.consul());
        try {
            scene.lastsFor(OUTAGE);
        } finally {
            scene.cluster().reconnectConsul(scene.consul());
        }
    }

    private static void killConsul(Scene scene) {
        scene.docker("kill", scene.consul());
        try {
            scene.lastsFor(OUTAGE);
        } finally {
            scene.docker("start", scene.consul());
        }
    }

    private static void fillDisk(Scene scene) {
        scene.tryShell(scene.primary(), "cat /dev/zero >/var/lib/mysql/filler");
    }

    private static void emptyDisk(Scene scene) {
        scene.tryShell(scene.primary(), "rm -f /var/lib/mysql/filler");
    }

    private static void slowDisk(Scene scene) {
        SlowDisk.begin(scene);
        try {
            scene.lastsFor(FROZEN);
        } finally {
            SlowDisk.end(scene);
        }
    }

    private static void killAll(Scene scene) {
        scene.docker("kill", scene.nodes());
        // In another order than before, so that the nodes get each other's addresses.
        scene.docker("start", scene.nodes().reversed());
    }
}
