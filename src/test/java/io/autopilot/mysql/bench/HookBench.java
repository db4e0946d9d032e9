package io.autopilot.mysql.bench;

import io.autopilot.mysql.e2e.Images;
import io.autopilot.mysql.e2e.TestCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What one settled {@code manage health} costs as a process on the primary of three nodes at rest, beside a JVM that says hello in the same container.
 * Prints a Markdown table. No part of the test suite: {@code make bench} runs it.
 */
class HookBench {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final int RUNS = 40;

    private record Cost(double wall, double cpu) {}

    @Test
    void aSettledHealthRun() throws IOException, URISyntaxException {
        Path directory = Files.createTempDirectory("bench");
        try (TestCluster cluster = new TestCluster("autopilot-hook-bench", Images.latest(), directory, Map.of())) {
            cluster.up(1);
            String node = cluster.awaitPrimary(BOUND);
            cluster.await("snapshot", BOUND, () -> cluster.status(node).filter(s -> !s.path("lastSnapshot").isNull()));
            cluster.up(3);
            cluster.awaitReplicas(2, BOUND);
            Path classes = Path.of(HookBench.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            cluster.docker("cp", classes.toString(), node + ":/tmp/classes");
            OUT.println();
            OUT.println("| what, " + RUNS + " runs | wall, median | wall, p95 | CPU, mean |");
            OUT.println("|---|---|---|---|");
            Map<String, String> commands = Map.of(
                    "JVM hello world, plain flags", "java -cp /tmp/classes " + Hello.class.getName(), "settled manage health", "manage health");
            commands.forEach((name, command) -> report(name, costs(cluster, node, command)));
        }
    }

    private static List<Cost> costs(TestCluster cluster, String node, String command) {
        String script = "TIMEFORMAT='%R %U %S'; for i in $(seq " + RUNS + "); do time " + command + " >/dev/null 2>&1; done";
        return cluster.docker("exec", node, "bash", "-c", "{ " + script + "; } 2>&1").lines().map(HookBench::cost).toList();
    }

    private static Cost cost(String line) {
        String[] seconds = line.split(" ", -1);
        return new Cost(Double.parseDouble(seconds[0]), Double.parseDouble(seconds[1]) + Double.parseDouble(seconds[2]));
    }

    private static void report(String name, List<Cost> costs) {
        List<Double> wall = costs.stream().map(Cost::wall).sorted().toList();
        double cpu = costs.stream().mapToDouble(Cost::cpu).average().orElseThrow();
        OUT.printf(
                "| %s | %.3f s | %.3f s | %.3f s |%n", name, wall.get(wall.size() / 2), wall.get((int) Math.ceil(wall.size() * 0.95) - 1), cpu);
    }
}
