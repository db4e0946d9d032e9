package io.autopilot.mysql.pilot;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a rendered description whole and reports everything that is wrong with it at once. Used once. */
final class LifeReader {
    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z][a-zA-Z0-9-]+");
    private static final Pattern ADDRESS = Pattern.compile("(?:(https?)://)?(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9_.-]+)(?::(\\d{1,5}))?/?");
    private static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(5);

    private final Map<String, String> environment;
    private final Host host;
    private final List<String> problems = new ArrayList<>();

    LifeReader(Map<String, String> environment, Host host) {
        this.environment = environment;
        this.host = host;
    }

    Life read(String rendered) throws LifeException {
        if (!(Json.parse(rendered) instanceof Json.Members members)) {
            throw new LifeException("the file has to be an object");
        }
        Section file = new Section("", members, problems);
        Life.ConsulAccess consul = consul(file);
        Optional<Section> logging = file.section("logging");
        String level = logging.map(section -> section.oneOf("level", "INFO", "DEBUG", "WARN", "ERROR")).orElse("INFO");
        logging.ifPresent(section -> section.oneOf("format", "default", "text"));
        boolean toStdout = logging.map(section -> section.oneOf("output", "stdout", "stderr")).orElse("stdout").equals("stdout");
        logging.ifPresent(Section::refuseTheRest);
        Duration stopTimeout = file.whole("stopTimeout", 1, 86_400).stream()
                .mapToObj(Duration::ofSeconds)
                .findFirst()
                .orElse(DEFAULT_STOP_TIMEOUT);
        JobReader jobReader = new JobReader(host);
        List<Life.Job> jobs = new ArrayList<>();
        for (Section job : sections(file, "jobs", "job")) {
            jobs.add(jobReader.read(job));
        }
        List<Life.Watch> watches = new ArrayList<>();
        for (Section watch : sections(file, "watches", "watch")) {
            watches.add(watch(watch));
        }
        file.refuseTheRest();
        checkNames(jobs, watches);
        checkSources(jobs, watches);
        if (!problems.isEmpty()) {
            throw new LifeException(problems);
        }
        return new Life(consul, EventLog.Level.valueOf(level), toStdout, stopTimeout, jobs, watches);
    }

    /** The objects of a list, each named by what it calls itself. */
    private List<Section> sections(Section file, String key, String kind) {
        List<Section> sections = new ArrayList<>();
        List<Json> values = file.list(key);
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) instanceof Json.Members members) {
                String name = members.values().get("name") instanceof Json.Text text ? text.value() : Integer.toString(i);
                sections.add(new Section(kind + "[" + name + "]", members, problems));
            } else {
                problems.add(values.get(i).place() + ": " + key + "[" + i + "] has to be an object");
            }
        }
        return sections;
    }

    private Life.ConsulAccess consul(Section file) {
        Optional<String> token = given("CONSUL_HTTP_TOKEN");
        Optional<String> authorities = given("CONSUL_CACERT");
        if (!file.has("consul")) {
            file.problem("consul", "is missing: the agent's host:port");
            file.value("consul");
        } else if (file.value("consul").filter(Json.Members.class::isInstance).isPresent()) {
            Section consul = file.section("consul").orElseThrow();
            String scheme = consul.oneOf("scheme", "http", "https");
            Optional<String> written = consul.text("token");
            Optional<URI> address = consul.text("address").flatMap(text -> address(consul, "address", scheme + "://" + text));
            consul.refuseTheRest();
            return new Life.ConsulAccess(address.orElse(URI.create("http://absent")), token.or(() -> written), authorities);
        }
        Optional<URI> address = file.text("consul").flatMap(text -> address(file, "consul", text));
        return new Life.ConsulAccess(address.orElse(URI.create("http://absent")), token, authorities);
    }

    private Optional<String> given(String variable) {
        return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isBlank());
    }

    private static Optional<URI> address(Section section, String key, String text) {
        var form = ADDRESS.matcher(text);
        if (!form.matches()) {
            section.problem(key, "'" + text + "' is neither host:port nor http(s)://host:port");
            return Optional.empty();
        }
        String scheme = form.group(1) == null ? "http" : form.group(1);
        int defaultPort = scheme.equals("https") ? 443 : 80;
        int port = form.group(3) == null ? defaultPort : Integer.parseInt(form.group(3));
        if (port < 1 || port > 65_535) {
            section.problem(key, port + " is no port");
            return Optional.empty();
        }
        return Optional.of(URI.create(scheme + "://" + form.group(2) + ":" + port));
    }

    private static Life.Watch watch(Section section) {
        String name = section.text("name").orElse("");
        if (!SERVICE_NAME.matcher(name).matches()) {
            section.problem("name", "has to match " + SERVICE_NAME);
        }
        Optional<String> tag = section.text("tag");
        Optional<String> datacenter = section.text("dc");
        if (!section.has("interval")) {
            section.problem("interval", "is missing: seconds");
        }
        long interval = section.whole("interval", 1, 86_400).orElse(1);
        section.refuseTheRest();
        return new Life.Watch(name, tag, datacenter, Duration.ofSeconds(interval));
    }

    private void checkNames(List<Life.Job> jobs, List<Life.Watch> watches) {
        Set<String> seen = new HashSet<>();
        for (Life.Job job : jobs) {
            if (!seen.add(job.name())) {
                problems.add("two jobs have the name " + job.name());
            }
        }
        for (Life.Watch watch : watches) {
            if (!seen.add(watch.source())) {
                problems.add("two watches have the name " + watch.service());
            }
        }
    }

    /** A job that waits for an event that can't come would wait silently for ever. */
    private void checkSources(List<Life.Job> jobs, List<Life.Watch> watches) {
        for (Life.Job job : jobs) {
            if (!(job.when() instanceof Life.When.On on)) {
                continue;
            }
            Event event = on.event();
            boolean isWatch = watches.stream().anyMatch(watch -> watch.source().equals(event.source()));
            Optional<Life.Job> source = jobs.stream().filter(other -> other.name().equals(event.source())).findFirst();
            boolean ofWatches = event.kind() == Event.Kind.CHANGED;
            boolean ofBoth = event.kind() == Event.Kind.HEALTHY || event.kind() == Event.Kind.UNHEALTHY;
            if (!isWatch && source.isEmpty()) {
                problems.add("job[" + job.name() + "].when.source: there is no job or watch '" + event.source() + "'");
            } else if (!ofBoth && isWatch != ofWatches) {
                problems.add("job[" + job.name() + "].when: " + event.source() + " never has the event " + event.kind());
            } else if (ofBoth && source.isPresent() && source.get().health().isEmpty()) {
                problems.add("job[" + job.name() + "].when: " + event.source() + " has no health check");
            } else if (event.kind() == Event.Kind.STOPPING && source.filter(Life.Job::worksAtTheStop).isPresent()) {
                problems.add("job[" + job.name() + "].when: " + event.source() + " itself waits for a stop");
            }
        }
    }
}
