package io.autopilot.mysql.config;

import io.autopilot.mysql.core.AckPolicy;
import io.autopilot.mysql.core.ErrantPolicy;
import io.autopilot.mysql.core.FailoverPolicy;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ServerId;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotName;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Reads the environment into {@link Settings}, or says everything that is wrong with it at once. Stateless. */
public final class SettingsReader {
    /** The user that the hooks connect as. */
    public static final String CONTROL_USER = "autopilot";

    private static final Pattern SERVICE = Pattern.compile("[a-z][a-zA-Z0-9-]+");
    private static final Pattern IP_ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Set<String> RESERVED_USERS =
            Set.of("root", CONTROL_USER, "mysql.sys", "mysql.session", "mysql.infoschema");
    private static final Set<String> RESERVED_DATABASES =
            Set.of("mysql", "sys", "information_schema", "performance_schema", "autopilot");
    /** As long as the random end that a snapshot's name gets. */
    private static final String RANDOM_END = "0".repeat(8);

    private static final int LONGEST_DATABASE = 64;
    private static final int LONGEST_REPLICATION_PASSWORD = 32;

    /** What came of reading. */
    public sealed interface Result {
        record Valid(Settings settings) implements Result {}

        record Invalid(List<Problem> problems) implements Result {}
    }

    private final Values values;
    private final Optional<MysqlVersion> version;

    private SettingsReader(Map<String, String> environment, Optional<MysqlVersion> version) {
        this.values = new Values(environment);
        this.version = version;
    }

    /**
     * Reads all settings.
     *
     * @param version of the mysqld in this container, for the limits that depend on it; empty when it isn't known
     */
    public static Result read(Map<String, String> environment, Optional<MysqlVersion> version) {
        return new SettingsReader(environment, version).read();
    }

    private Result read() {
        String service = serviceName();
        Settings settings = new Settings(
                service,
                values.duration(Setting.LEASE, Duration.ofSeconds(8), Duration.ofMinutes(5)),
                values.duration(Setting.REPLICA_MAX_LAG, Duration.ofSeconds(1), Duration.ofDays(30)),
                replication(),
                failover(),
                bootstrapFrom(),
                values.oneOf(Setting.LOG_LEVEL, Settings.LogLevel.class),
                consul(),
                new Settings.Session(
                        values.text(Setting.SESSION_NAME),
                        values.duration(Setting.SESSION_TTL, Duration.ofSeconds(10), Duration.ofHours(24))),
                keys(service),
                nodeAddress(),
                serverId(),
                values.path(Setting.MYSQL_DATADIR),
                values.size(Setting.INNODB_BUFFER_POOL_SIZE),
                accounts(),
                snapshots(),
                new Settings.Recovery(
                        values.oneOf(Setting.ERRANT_POLICY, ErrantPolicy.class),
                        values.duration(Setting.SALVAGE_WAIT, Duration.ZERO, Duration.ofMinutes(5))));
        checkSupervisor();
        return values.problems().isEmpty() ? new Result.Valid(settings) : new Result.Invalid(values.problems());
    }

    private String serviceName() {
        String name = values.text(Setting.SERVICE_NAME);
        if (!SERVICE.matcher(name).matches()) {
            values.problem(
                    Setting.SERVICE_NAME,
                    "'" + name + "' is no service name: a small letter first, then letters, digits and '-', at least two in all");
        }
        return name;
    }

    private Settings.Replication replication() {
        Settings.ReplicationMode mode = values.oneOf(Setting.REPLICATION_MODE, Settings.ReplicationMode.class);
        version.filter(v -> mode == Settings.ReplicationMode.LOSSLESS && !v.canBeLossless())
                .ifPresent(v -> values.problem(
                        Setting.REPLICATION_MODE, "MySQL " + v + " can't be lossless, 8.0.26 and later can; write auto or async"));
        return new Settings.Replication(
                mode, new AckPolicy(values.count(Setting.REPLICATION_ACKS), values.yes(Setting.LOSSLESS_STRICT)));
    }

    private FailoverPolicy failover() {
        String how = values.text(Setting.FAILOVER).toLowerCase(Locale.ROOT);
        if (!how.equals("auto") && !how.equals("manual")) {
            values.problem(Setting.FAILOVER, "'" + values.text(Setting.FAILOVER) + "' is neither auto nor manual");
        }
        return new FailoverPolicy(
                how.equals("auto"),
                values.duration(Setting.FAILOVER_WINDOW, Duration.ZERO, Duration.ofDays(30)),
                values.duration(Setting.FAILOVER_STEADY, Duration.ZERO, Duration.ofDays(30)));
    }

    private Optional<String> bootstrapFrom() {
        Optional<String> given = values.given(Setting.BOOTSTRAP_FROM);
        given.ifPresent(id -> checkName(Setting.BOOTSTRAP_FROM, () -> new SnapshotId(id).text()));
        return given;
    }

    private void checkName(Setting setting, Supplier<String> name) {
        try {
            var _ = name.get();
        } catch (IllegalArgumentException e) {
            values.problem(setting, String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> nodeAddress() {
        Optional<String> given = values.given(Setting.NODE_ADDRESS);
        given.filter(text -> !isAddress(text))
                .ifPresent(text -> values.problem(Setting.NODE_ADDRESS, "'" + text + "' is no IP address"));
        return given;
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            // That takes short forms of IPv4 too, which nobody means.
            return IP_ADDRESS.matcher(text).matches();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Optional<ServerId> serverId() {
        return values.given(Setting.SERVER_ID).flatMap(text -> {
            try {
                return Optional.of(new ServerId(Long.parseLong(text)));
            } catch (IllegalArgumentException e) {
                values.problem(Setting.SERVER_ID, "'" + text + "' is no number from 1 to 4294967295");
                return Optional.empty();
            }
        });
    }

    private Settings.ConsulAccess consul() {
        ConsulAddress address = ConsulAddress.read(values.text(Setting.CONSUL)).orElseGet(() -> {
            values.problem(
                    Setting.CONSUL,
                    "'" + values.text(Setting.CONSUL) + "' is no address; write host, host:port or https://host:port");
            return new ConsulAddress("consul", ConsulAddress.DEFAULT_PORT, false);
        });
        return new Settings.ConsulAccess(
                address.host(),
                address.port(),
                address.tls(),
                values.yes(Setting.CONSUL_AGENT),
                values.secret(Setting.CONSUL_HTTP_TOKEN),
                values.authorities(Setting.CONSUL_CACERT, Setting.CONSUL, address.tls()));
    }

    private Settings.Keys keys(String service) {
        Map<String, Setting> taken = new HashMap<>();
        for (Setting setting : List.of(
                Setting.PRIMARY_KEY, Setting.BACKUP_LOCK_KEY, Setting.LAST_BACKUP_KEY, Setting.LAST_BINLOG_KEY)) {
            String key = key(setting, service);
            Setting other = taken.putIfAbsent(key, setting);
            if (other != null) {
                values.problem(setting, "'" + key + "' is the key of " + other + " too");
            }
            if (key.startsWith("/")) {
                values.problem(setting, "'" + key + "' begins with '/', which Consul would drop");
            }
        }
        return new Settings.Keys(
                key(Setting.PRIMARY_KEY, service),
                key(Setting.BACKUP_LOCK_KEY, service),
                key(Setting.LAST_BACKUP_KEY, service),
                key(Setting.LAST_BINLOG_KEY, service));
    }

    private String key(Setting setting, String service) {
        return values.text(setting).replace("<SERVICE_NAME>", service);
    }

    private Settings.Accounts accounts() {
        Settings.Login replication = new Settings.Login(
                user(Setting.MYSQL_REPL_USER, values.text(Setting.MYSQL_REPL_USER)), replicationPassword());
        Optional<Settings.Login> application = application();
        if (application.filter(a -> a.user().equals(replication.user())).isPresent()) {
            values.problem(Setting.MYSQL_USER, "is the same as MYSQL_REPL_USER; the two have different rights");
        }
        Optional<Secret> root = values.secret(Setting.MYSQL_ROOT_PASSWORD);
        boolean once = values.yes(Setting.MYSQL_ONETIME_PASSWORD);
        if (once && root.isEmpty()) {
            values.problem(Setting.MYSQL_ONETIME_PASSWORD, "applies to MYSQL_ROOT_PASSWORD, which is not set");
        }
        if (values.yes(Setting.MYSQL_RANDOM_ROOT_PASSWORD) && root.isPresent()) {
            values.problem(Setting.MYSQL_RANDOM_ROOT_PASSWORD, "contradicts MYSQL_ROOT_PASSWORD; set one of them");
        }
        return new Settings.Accounts(replication, application, database(), root, once);
    }

    private Secret replicationPassword() {
        Optional<Secret> password = values.secret(Setting.MYSQL_REPL_PASSWORD);
        if (password.isEmpty() && values.problems().stream().noneMatch(p -> p.variable().equals("MYSQL_REPL_PASSWORD"))) {
            values.problem(Setting.MYSQL_REPL_PASSWORD, "is missing");
        }
        if (password.filter(p -> p.reveal().getBytes(StandardCharsets.UTF_8).length > LONGEST_REPLICATION_PASSWORD).isPresent()) {
            values.problem(
                    Setting.MYSQL_REPL_PASSWORD,
                    "is longer than the " + LONGEST_REPLICATION_PASSWORD + " bytes that MySQL allows for replication");
        }
        return password.orElse(new Secret(""));
    }

    private Optional<Settings.Login> application() {
        Optional<String> user = values.given(Setting.MYSQL_USER);
        Optional<Secret> password = values.secret(Setting.MYSQL_PASSWORD);
        if (user.isPresent() && password.isEmpty()) {
            values.problem(Setting.MYSQL_PASSWORD, "is missing, though MYSQL_USER is set");
        }
        if (user.isEmpty() && password.isPresent()) {
            values.problem(Setting.MYSQL_USER, "is missing, though MYSQL_PASSWORD is set");
        }
        return user.map(name -> new Settings.Login(user(Setting.MYSQL_USER, name), password.orElse(new Secret(""))));
    }

    private String user(Setting setting, String name) {
        if (RESERVED_USERS.contains(name.toLowerCase(Locale.ROOT))) {
            values.problem(setting, "'" + name + "' is a reserved user name");
        }
        int most = version.filter(v -> !v.isAtLeast(5, 7, 8)).isPresent() ? 16 : 32;
        if (name.codePointCount(0, name.length()) > most) {
            values.problem(
                    setting,
                    "'" + name + "' is longer than the " + most + " characters that MySQL "
                            + version.map(MysqlVersion::text).orElse("") + " allows");
        }
        checkCharacters(setting, name);
        return name;
    }

    /** MySQL Reference Manual, "Schema Object Names". */
    private void checkCharacters(Setting setting, String name) {
        if (name.codePoints().anyMatch(Character::isSupplementaryCodePoint)) {
            values.problem(setting, "'" + name + "' has a character above U+FFFF, which MySQL allows in no name");
        }
    }

    private Optional<String> database() {
        Optional<String> database = values.given(Setting.MYSQL_DATABASE);
        database.ifPresent(name -> {
            checkCharacters(Setting.MYSQL_DATABASE, name);
            if (RESERVED_DATABASES.contains(name.toLowerCase(Locale.ROOT))) {
                values.problem(Setting.MYSQL_DATABASE, "'" + name + "' is a database of the server itself");
            }
            if (name.codePointCount(0, name.length()) > LONGEST_DATABASE || name.endsWith(" ")) {
                values.problem(Setting.MYSQL_DATABASE, "'" + name + "' is longer than 64 characters or ends with a blank");
            }
        });
        return database;
    }

    private Settings.Snapshots snapshots() {
        String name = values.text(Setting.BACKUP_NAME);
        if (name.contains("/")) {
            values.problem(Setting.BACKUP_NAME, "'" + name + "' must not contain '/'");
        }
        checkName(Setting.BACKUP_NAME, () -> SnapshotName.of(name, Instant.EPOCH, RANDOM_END).text());
        ArchivingReader archiving = new ArchivingReader(values);
        return new Settings.Snapshots(
                new StoreReader(values).read(),
                name,
                archiving.schedule(),
                archiving.retention(),
                archiving.read(),
                archiving.verification());
    }

    private void checkSupervisor() {
        values.given(Setting.SUPERVISOR).filter(s -> !s.equals("containerpilot") && !s.equals("builtin")).ifPresent(s ->
                values.problem(Setting.SUPERVISOR, "'" + s + "' is neither containerpilot nor builtin"));
        values.given(Setting.HOOKS).filter(s -> !s.equals("resident") && !s.equals("process")).ifPresent(s ->
                values.problem(Setting.HOOKS, "'" + s + "' is neither resident nor process"));
    }
}
