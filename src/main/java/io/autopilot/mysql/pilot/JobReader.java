package io.autopilot.mysql.pilot;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads one job of the description. */
final class JobReader {
    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z][a-zA-Z0-9-]+");
    private static final Duration LEAST_DEREGISTER_AFTER = Duration.ofMinutes(1);

    private final Host host;

    JobReader(Host host) {
        this.host = host;
    }

    Life.Job read(Section job) {
        List<String> exec = job.command("exec");
        String name = job.text("name").orElse(exec.isEmpty() ? "" : exec.getFirst());
        if (name.isEmpty()) {
            job.problem("name", "is missing");
        }
        Life.When when = when(job);
        OptionalInt restarts = restarts(job, when);
        Optional<Duration> timeout = timeout(job, when);
        Optional<Life.Health> health = job.section("health").map(JobReader::health);
        Optional<Life.Service> service = service(job, name, health.isPresent());
        if (exec.isEmpty() && service.isEmpty()) {
            job.problem("exec", "is missing, and there is no port to advertise");
        }
        logging(job);
        job.refuseTheRest();
        return new Life.Job(name, exec, when, restarts, timeout, health, service);
    }

    private Life.When when(Section job) {
        Optional<Section> found = job.section("when");
        if (found.isEmpty()) {
            return new Life.When.AtStart();
        }
        Section when = found.get();
        Optional<Duration> interval = when.duration("interval");
        Optional<String> source = when.text("source");
        Optional<String> once = when.text("once");
        Optional<String> each = when.text("each");
        Optional<Duration> timeout = when.duration("timeout");
        when.refuseTheRest();
        int forms = (when.has("interval") ? 1 : 0) + (when.has("once") ? 1 : 0) + (when.has("each") ? 1 : 0);
        if (forms != 1) {
            job.problem("when", "needs exactly one of interval, once and each");
            return new Life.When.AtStart();
        }
        if (when.has("interval")) {
            return interval.<Life.When>map(Life.When.Every::new).orElseGet(Life.When.AtStart::new);
        }
        String word = once.or(() -> each).orElse("");
        Optional<Event.Kind> kind = Event.Kind.named(word);
        if (kind.isEmpty() || source.isEmpty()) {
            job.problem("when", source.isEmpty() ? "needs a source" : "'" + word + "' is no event of the subset: see docs/supervisor.md");
            return new Life.When.AtStart();
        }
        return new Life.When.On(new Event(kind.get(), source.get()), each.isPresent(), timeout);
    }

    private static OptionalInt restarts(Section job, Life.When when) {
        boolean periodic = when instanceof Life.When.Every;
        Optional<Json> given = job.value("restarts");
        if (given.isEmpty()) {
            return periodic ? OptionalInt.empty() : OptionalInt.of(0);
        }
        String text =
                switch (given.get()) {
                    case Json.Text word -> word.value();
                    case Json.Whole number -> Long.toString(number.value());
                    case Json.Truth ignored -> "";
                    case Json.Other ignored -> "";
                    case Json.Array ignored -> "";
                    case Json.Members ignored -> "";
                };
        boolean unlimited = text.equals("unlimited");
        if (!unlimited && !text.equals("never") && !text.matches("\\d{1,9}")) {
            job.problem("restarts", "has to be \"unlimited\", \"never\" or a number");
            return OptionalInt.of(0);
        }
        if (when instanceof Life.When.On on && on.each() && !text.equals("never") && !text.equals("0")) {
            job.problem("restarts", "can't be used with each");
        }
        return unlimited ? OptionalInt.empty() : OptionalInt.of(text.equals("never") ? 0 : Integer.parseInt(text));
    }

    private static Optional<Duration> timeout(Section job, Life.When when) {
        Optional<Duration> timeout = job.duration("timeout");
        if (!(when instanceof Life.When.Every every)) {
            return timeout;
        }
        if (timeout.isPresent() && timeout.get().compareTo(every.interval()) > 0) {
            job.problem("timeout", "is longer than the interval: ContainerPilot would block on that");
        }
        return timeout.or(() -> Optional.of(every.interval()));
    }

    private static Life.Health health(Section health) {
        List<String> exec = health.command("exec");
        for (String needed : List.of("interval", "ttl")) {
            if (!health.has(needed)) {
                health.problem(needed, "is missing: seconds");
            }
        }
        Duration interval = Duration.ofSeconds(health.whole("interval", 1, 86_400).orElse(1));
        Duration ttl = Duration.ofSeconds(health.whole("ttl", 1, 86_400).orElse(1));
        Duration timeout = health.duration("timeout").orElse(interval);
        if (timeout.compareTo(interval) > 0) {
            health.problem("timeout", "is longer than the interval: ContainerPilot would block on that");
        }
        logging(health);
        health.refuseTheRest();
        return new Life.Health(exec, interval, ttl, timeout);
    }

    private Optional<Life.Service> service(Section job, String name, boolean hasHealth) {
        List<String> tags = job.texts("tags");
        List<String> interfaces = job.value("interfaces").filter(Json.Text.class::isInstance).isPresent()
                ? job.text("interfaces").map(List::of).orElse(List.of())
                : job.texts("interfaces");
        Optional<String> initialStatus = job.has("initial_status")
                ? Optional.of(job.oneOf("initial_status", "passing", "warning", "critical"))
                : Optional.empty();
        Optional<Section> extras = job.section("consul");
        boolean override = extras.map(section -> section.truth("enableTagOverride", false)).orElse(false);
        Optional<String> deregisterAfter = extras.flatMap(JobReader::deregisterAfter);
        extras.ifPresent(Section::refuseTheRest);
        if (!job.has("port")) {
            for (String useless : List.of("tags", "interfaces", "initial_status", "consul")) {
                if (job.has(useless)) {
                    job.problem(useless, "has no meaning without a port");
                }
            }
            return Optional.empty();
        }
        int port = (int) job.whole("port", 1, 65_535).orElse(1);
        if (!hasHealth) {
            job.problem("health", "is missing: a job with a port needs it");
        }
        if (!SERVICE_NAME.matcher(name).matches()) {
            job.problem("name", "has to match " + SERVICE_NAME + ", since the job has a port");
        }
        interfaces.stream().filter(form -> !Host.understands(form)).forEach(form ->
                job.problem("interfaces", "'" + form + "' is not in the subset: see docs/supervisor.md"));
        Optional<String> address = host.address(interfaces);
        if (address.isEmpty()) {
            job.problem("interfaces", "match no address of this machine");
        }
        return Optional.of(new Life.Service(
                name + "-" + host.name(), name, address.orElse(""), port, tags, initialStatus, deregisterAfter, override));
    }

    private static Optional<String> deregisterAfter(Section extras) {
        Optional<Duration> after = extras.duration("deregisterCriticalServiceAfter");
        if (after.isPresent() && after.get().compareTo(LEAST_DEREGISTER_AFTER) < 0) {
            extras.problem("deregisterCriticalServiceAfter", "is below Consul's least, 1m");
        }
        return after.map(duration -> duration.toSeconds() + "s");
    }

    /** Output always goes through as it is, so only that can be asked for. */
    private static void logging(Section section) {
        section.section("logging").ifPresent(logging -> {
            if (!logging.truth("raw", true)) {
                logging.problem("raw", "can't be false: output always goes through unchanged");
            }
            logging.refuseTheRest();
        });
    }
}
