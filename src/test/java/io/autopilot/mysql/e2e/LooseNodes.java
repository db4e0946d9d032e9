package io.autopilot.mysql.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Containers of the shipped image by plain {@code docker run}, each with a named volume for its data and one for the snapshots of all, on a
 * network with as many Consul servers as a test wants. Everything goes away when it is closed, and what a killed run left when it is made.
 */
final class LooseNodes implements AutoCloseable {
    private static final String CONSUL_IMAGE = System.getenv().getOrDefault("CONSUL_IMAGE", "mysql-autopilot-consul:local");
    /** The data volume's content: kind, mode, owner, size, time and hash of everything. */
    private static final String CONTENT =
            "cd /volume/$0 && find . -printf '%p %y %m %U:%G %s %T@\\n' | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum";

    private final Command command = new Command(Map.of());
    private final List<ConsulHttp> consuls = new ArrayList<>();
    private final String prefix;
    private final String image;
    private final Map<String, String> common;

    /**
     * @param prefix of all names, and the label by which everything is removed
     * @param common the environment of every node
     */
    LooseNodes(String prefix, String image, Map<String, String> common) {
        this.prefix = prefix;
        this.image = image;
        this.common = common;
        removeAll();
        docker("network", "create", "--label", prefix, prefix);
        volume("snapshots");
    }

    String docker(String... arguments) {
        return docker(List.of(arguments));
    }

    private String docker(List<String> arguments) {
        return command.run(dockerCommand(arguments));
    }

    private static List<String> dockerCommand(List<String> arguments) {
        List<String> whole = new ArrayList<>(List.of("docker"));
        whole.addAll(arguments);
        return whole;
    }

    /** What a container says on both of its outputs. */
    private String said(String... logs) {
        Command.Result result = command.attempt(dockerCommand(List.of(logs)));
        return result.out() + result.err();
    }

    /** What a program in a container says on stdout. */
    String exec(String name, String... command) {
        List<String> whole = new ArrayList<>(List.of("exec", container(name)));
        whole.addAll(Arrays.asList(command));
        return docker(whole);
    }

    /** The container of a node, and its host name. */
    String container(String name) {
        return prefix + "-" + name;
    }

    String address(String name) {
        return docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container(name)).strip();
    }

    /** The volume that every container of this name gets for its data. */
    private String volume(String name) {
        return docker("volume", "create", "--label", prefix, container(name)).strip();
    }

    /** Starts a Consul server with no data, reachable by that name. */
    ConsulHttp consul(String name) {
        docker(
                "run", "-d", "--label", prefix, "--name", container(name), "--network", prefix, "--network-alias", name, CONSUL_IMAGE,
                "agent", "-server", "-bootstrap-expect=1", "-data-dir=/consul/data", "-bind=0.0.0.0", "-client=0.0.0.0",
                "-hcl=performance { raft_multiplier = 1 }");
        ConsulHttp consul = new ConsulHttp(address(name) + ":8500");
        consuls.add(consul);
        return consul;
    }

    /** What a container is started with. */
    final class Start {
        private final String name;
        private final Map<String, String> environment = new TreeMap<>(common);
        private final List<String> data;
        private List<String> snapshots = List.of("-v", container("snapshots") + ":/snapshots");

        private Start(String name) {
            this.name = name;
            environment.put("SUPERVISOR", Images.supervisor());
            environment.put("HOOKS", Images.hooks());
            this.data = new ArrayList<>(List.of("-v", container(name) + ":/var/lib/mysql"));
        }

        Start with(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        Start without(String variable) {
            environment.remove(variable);
            return this;
        }

        /** The data of the container of another name. */
        Start onDataOf(String other) {
            data.set(1, volume(other) + ":/var/lib/mysql");
            return this;
        }

        /** Memory of that size in place of the volume. */
        Start onDataOfAtMost(String size) {
            data.clear();
            data.addAll(List.of("--tmpfs", "/var/lib/mysql:size=" + size));
            return this;
        }

        Start withReadOnlySnapshots() {
            snapshots = List.of("-v", container("snapshots") + ":/snapshots:ro");
            return this;
        }

        Start withoutAVolumeForSnapshots() {
            snapshots = List.of();
            return this;
        }

        void run() {
            volume(name);
            List<String> run = new ArrayList<>(List.of(
                    "run", "-d", "--label", prefix, "--name", container(name), "--hostname", container(name), "--network", prefix));
            run.addAll(snapshots);
            run.addAll(data);
            environment.forEach((variable, value) -> run.addAll(List.of("-e", variable + "=" + value)));
            run.add(image);
            docker(run);
        }

        /** Runs it to its end, which has to come in time. */
        Ended runToItsEnd(Duration bound) {
            run();
            return awaitEnd(name, bound);
        }
    }

    Start node(String name) {
        return new Start(name);
    }

    /** How a container ended, and all that it said in that run. */
    record Ended(int status, String log) {}

    /** Starts a container that has ended once more. */
    Ended runAgain(String name, Duration bound) {
        start(name);
        return awaitEnd(name, bound);
    }

    void start(String name) {
        docker("start", container(name));
    }

    Ended awaitEnd(String name, Duration bound) {
        String status = Await.until(
                "end of " + name, bound, () -> inspect(name, "{{if not .State.Running}}{{.State.ExitCode}}{{end}}"), () -> log(name));
        return new Ended(Integer.parseInt(status), log(name));
    }

    private Optional<String> inspect(String name, String format) {
        return Optional.of(docker("inspect", "-f", format, container(name)).strip()).filter(text -> !text.isEmpty());
    }

    /** What the container said since its last start. */
    String log(String name) {
        return said("logs", "--since", inspect(name, "{{.State.StartedAt}}").orElseThrow(), container(name));
    }

    /** A line of the container's log that has these words. */
    String awaitLine(String name, String words, Duration bound) {
        return Await.until(
                "line with '" + words + "' of " + name,
                bound,
                () -> log(name).lines().filter(line -> line.contains(words)).findFirst(),
                () -> log(name));
    }

    /** Until the container has run for so long. */
    void awaitAge(String name, Duration age) {
        Instant end = Instant.parse(inspect(name, "{{.State.StartedAt}}").orElseThrow()).plus(age);
        Await.until(
                "age of " + age, age.plusSeconds(5), () -> Instant.now().isAfter(end) ? Optional.of(true) : Optional.empty(), () -> log(name));
    }

    /** The one container that Consul lists as healthy in this service. */
    String awaitOnly(ConsulHttp consul, String service, Duration bound) {
        return Await.until(
                "healthy instance of " + service,
                bound,
                () -> Optional.of(consul.passing(service)).filter(nodes -> nodes.size() == 1).map(List::getFirst),
                this::logs);
    }

    String logs() {
        StringBuilder all = new StringBuilder();
        for (String container : labelled("ps", "-a", "--format", "{{.Names}}")) {
            all.append("== ").append(container).append('\n').append(said("logs", "--tail", "80", container));
        }
        return all.toString();
    }

    /** Runs a script over a data volume, which is /volume there; no container of ours uses it meanwhile. */
    String inVolume(String name, String script, String... arguments) {
        // One that docker run makes by itself has no label, and would be found with its data by the next run.
        volume(name);
        List<String> run = new ArrayList<>(List.of(
                "run", "--rm", "--label", prefix, "--network", "none", "-v", container(name) + ":/volume", "--entrypoint", "bash", image,
                "-c", script));
        run.addAll(Arrays.asList(arguments));
        return docker(run);
    }

    /** A text that is another one when anything below that directory of a data volume has changed; empty: there is no such directory. */
    String content(String name, String directory) {
        return inVolume(name, "[ -e /volume/$0 ] || exit 0; " + CONTENT, directory);
    }

    private Collection<String> labelled(String... listing) {
        List<String> whole = new ArrayList<>(Arrays.asList(listing));
        whole.addAll(List.of("--filter", "label=" + prefix));
        return docker(whole).lines().toList();
    }

    private void removeAll() {
        remove(labelled("ps", "-aq"), "rm", "-f", "-v");
        remove(labelled("volume", "ls", "-q"), "volume", "rm", "-f");
        remove(labelled("network", "ls", "-q"), "network", "rm");
    }

    private void remove(Collection<String> what, String... how) {
        if (!what.isEmpty()) {
            List<String> whole = new ArrayList<>(Arrays.asList(how));
            whole.addAll(what);
            docker(whole);
        }
    }

    @Override
    public void close() {
        consuls.forEach(ConsulHttp::close);
        removeAll();
    }
}
