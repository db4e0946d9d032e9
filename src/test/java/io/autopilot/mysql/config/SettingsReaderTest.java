package io.autopilot.mysql.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.ErrantPolicy;
import io.autopilot.mysql.core.FailoverPolicy;
import io.autopilot.mysql.core.MysqlVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private final Map<String, String> environment = new HashMap<>(Map.of("MYSQL_REPL_PASSWORD", "replication"));

    @Test
    void theReplicationPasswordIsAllThatIsNeeded() {
        Settings settings = valid();
        assertEquals("mysql", settings.serviceName());
        assertEquals("mysql-primary", settings.primaryService());
        assertEquals(Duration.ofSeconds(10), settings.lease());
        assertEquals(Duration.ofHours(24), settings.snapshots().schedule().every());
        assertEquals(
                new Settings.Keys("mysql-primary", "mysql-backup-running", "mysql-last-backup", "mysql-last-binlog"),
                settings.keys());
        assertEquals(new Settings.ConsulAccess("consul", 8500, false, false, Optional.empty(), Optional.empty()), settings.consul());
        assertEquals(Path.of("/var/lib/mysql"), settings.dataVolume());
        assertEquals(new Settings.Recovery(ErrantPolicy.REBUILD, Duration.ofSeconds(5)), settings.recovery());
        assertEquals(Optional.empty(), settings.accounts().application());
    }

    @Test
    void failoverIsAutomaticUnlessSaidOtherwise() {
        assertEquals(new FailoverPolicy(true, Duration.ZERO, Duration.ZERO), valid().failover());
        given("FAILOVER", "Manual").given("FAILOVER_WINDOW", "0").given("FAILOVER_STEADY", "1h");
        assertEquals(new FailoverPolicy(false, Duration.ZERO, Duration.ofHours(1)), valid().failover());
    }

    @ParameterizedTest
    @CsvSource({"FAILOVER, perhaps", "FAILOVER_WINDOW, soon", "FAILOVER_STEADY, always"})
    void refusesAnUnknownWayToFailOver(String variable, String value) {
        given(variable, value);
        assertEquals(List.of(variable), invalid().stream().map(Problem::variable).toList());
    }

    @Test
    void readsTheFileOfAUserOfThePredecessor() {
        given("MYSQL_USER", "dbuser").given("MYSQL_PASSWORD", "seretPassword").given("MYSQL_REPL_USER", "repluser");
        given("MYSQL_REPL_PASSWORD", "seretReplPassword").given("MYSQL_DATABASE", "demodb").given("CONSUL", "consul");
        given("SNAPSHOT_BACKEND", "local").given("LOG_LEVEL", "DEBUG").given("BACKUP_TTL", "86400");
        given("MANTA_PRIVATE_KEY", "-----BEGIN RSA PRIVATE KEY-----#abc#-----END").given("SESSION_TTL", "60");
        given("INNODB_BUFFER_POOL_SIZE", "512M").given("CONSUL_AGENT", "1").given("PRIMARY_KEY", "mysql-primary");
        Settings settings = valid();
        assertEquals("dbuser", settings.accounts().application().orElseThrow().user());
        assertEquals(Optional.of(512L << 20), settings.bufferPool());
        assertEquals(Settings.LogLevel.DEBUG, settings.logLevel());
        assertTrue(settings.consul().agent());
    }

    @Test
    void whenSnapshotsAreTakenAndProvenCanBeChosen() {
        assertEquals(Optional.empty(), valid().snapshots().schedule().window());
        assertEquals(Optional.empty(), valid().snapshots().verification().every());
        given("BACKUP_WINDOW", "23:00-02:00").given("VERIFY_TTL", "7d").given("VERIFY_SQL", "SELECT 1");
        Settings.Snapshots snapshots = valid().snapshots();
        assertEquals("23:00-02:00", snapshots.schedule().window().orElseThrow().toString());
        assertEquals(new Settings.Verification(Optional.of(Duration.ofDays(7)), Optional.of("SELECT 1")), snapshots.verification());
        given("BACKUP_WINDOW", "night").given("VERIFY_TTL", "30s");
        assertEquals(List.of("BACKUP_WINDOW", "VERIFY_TTL"), invalid().stream().map(Problem::variable).toList());
    }

    @Test
    void whatIsDoneAboutErrantTransactionsCanBeChosen() {
        given("ERRANT_POLICY", "stop").given("SALVAGE_WAIT", "0");
        assertEquals(new Settings.Recovery(ErrantPolicy.STOP, Duration.ZERO), valid().recovery());
    }

    @Test
    void everyKeyFollowsTheServiceNameUnlessItIsChosen() {
        given("SERVICE_NAME", "shop-db").given("LAST_BACKUP_KEY", "my-backup");
        assertEquals(
                new Settings.Keys("shop-db-primary", "shop-db-backup-running", "my-backup", "shop-db-last-binlog"),
                valid().keys());
    }

    @Test
    void tellsEveryProblemAtOnceWithItsVariable() {
        environment.clear();
        given("SERVICE_NAME", "My_Db").given("MYSQL_USER", "root").given("SNAPSHOT_BACKEND", "tape");
        given("BACKUP_TTL", "soon").given("CONSUL", "a b").given("SESSION_TTL", "5s").given("CONSUL_AGENT", "maybe");
        assertEquals(
                List.of(
                        "SERVICE_NAME",
                        "CONSUL",
                        "CONSUL_AGENT",
                        "SESSION_TTL",
                        "MYSQL_REPL_PASSWORD",
                        "MYSQL_PASSWORD",
                        "MYSQL_USER",
                        "SNAPSHOT_BACKEND",
                        "BACKUP_TTL"),
                invalid().stream().map(Problem::variable).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"MYSQL_PASSWORD", "MANTA_PRIVATE_KEY", "SERVICE_NAME", "MYSQL_DATABASE", "MYSQL_REPL_PASSWORD"})
    void refusesALineBreakOrNulInAnyValueAndDoesNotRepeatIt(String variable) {
        for (String bad : List.of("top\nsecret", "top\rsecret", "top\0secret")) {
            given(variable, bad);
            List<Problem> problems = invalid();
            assertTrue(problems.stream().anyMatch(p -> p.variable().equals(variable) && p.text().contains("line break")));
            assertFalse(problems.toString().contains("top"), problems::toString);
        }
    }

    @Test
    void refusesBytesThatAreNoUtf8SinceTheyWouldBeAnotherPassword() {
        given("MYSQL_REPL_PASSWORD", "top\uFFFDsecret");
        assertEquals("[MYSQL_REPL_PASSWORD: has bytes in it that are no UTF-8]", invalid().toString());
    }

    @Test
    void refusesAFileOfAuthoritiesThatIsNotThere() {
        given("CONSUL", "https://consul").given("CONSUL_CACERT", "/no/ca.pem");
        assertEquals("[CONSUL_CACERT: '/no/ca.pem' is no file that can be read]", invalid().toString());
    }

    @Test
    void refusesOneKeyForTwoPurposes() {
        given("LAST_BACKUP_KEY", "shop").given("PRIMARY_KEY", "shop");
        assertEquals("[LAST_BACKUP_KEY: 'shop' is the key of PRIMARY_KEY too]", invalid().toString());
    }

    @Test
    void refusesAReplicationPasswordThatMysqlWouldCut() {
        given("MYSQL_REPL_PASSWORD", "é".repeat(16));
        assertEquals("é".repeat(16), valid().accounts().replication().password().reveal());
        given("MYSQL_REPL_PASSWORD", "é".repeat(17));
        assertEquals("MYSQL_REPL_PASSWORD", invalid().getFirst().variable());
        given("MYSQL_REPL_PASSWORD", "x".repeat(33));
        Problem problem = invalid().getFirst();
        assertEquals("MYSQL_REPL_PASSWORD", problem.variable());
        assertFalse(problem.text().contains("xxx"));
    }

    @Test
    void theLimitOfUserNamesIsTheServersOwn() {
        given("MYSQL_USER", "u".repeat(17)).given("MYSQL_PASSWORD", "p");
        valid();
        assertEquals("MYSQL_USER", invalidOn("5.6.14").getFirst().variable());
        given("MYSQL_USER", "u".repeat(33));
        assertEquals("MYSQL_USER", invalidOn("9.7.4").getFirst().variable());
    }

    @ParameterizedTest
    @CsvSource({
        "MYSQL_USER,app,MYSQL_PASSWORD",
        "MYSQL_PASSWORD,secret,MYSQL_USER",
        "MYSQL_ONETIME_PASSWORD,yes,MYSQL_ONETIME_PASSWORD",
        "MYSQL_DATABASE,mysql,MYSQL_DATABASE",
        "MYSQL_DATABASE,autopilot,MYSQL_DATABASE",
        "MYSQL_REPL_USER,autopilot,MYSQL_REPL_USER",
        "SNAPSHOT_BACKEND,floppy,SNAPSHOT_BACKEND",
        "LOG_LEVEL,CHATTY,LOG_LEVEL",
        "STORAGE_DIR,snapshots,STORAGE_DIR",
        "INNODB_BUFFER_POOL_SIZE,much,INNODB_BUFFER_POOL_SIZE",
        "INNODB_BUFFER_POOL_SIZE,99999999999T,INNODB_BUFFER_POOL_SIZE",
        "BACKUP_NAME,a/b,BACKUP_NAME",
        "BACKUP_NAME,a\\%Y,BACKUP_NAME",
        "BACKUP_NAME,.%Y,BACKUP_NAME",
        "BOOTSTRAP_FROM,../etc,BOOTSTRAP_FROM",
        "PRIMARY_KEY,/mysql,PRIMARY_KEY",
        "CONSUL_CACERT,/dev/null,CONSUL_CACERT",
        "CONSUL,consul:99999,CONSUL",
        "LEASE,7s,LEASE",
        "NODE_ADDRESS,10.0.0.999,NODE_ADDRESS",
        "NODE_ADDRESS,10.1,NODE_ADDRESS",
        "NODE_ADDRESS,1:2:3,NODE_ADDRESS",
        "NODE_ADDRESS,db1,NODE_ADDRESS",
        "MYSQL_DATABASE,shop🛒,MYSQL_DATABASE",
        "MYSQL_REPL_USER,r🛒,MYSQL_REPL_USER",
        "SUPERVISOR,systemd,SUPERVISOR",
        "MINIO_TLS_SECURE,perhaps,MINIO_TLS_SECURE",
        "SERVICE_NAME,m,SERVICE_NAME",
    })
    void refusesWhatCantWork(String variable, String value, String complained) {
        given(variable, value);
        assertEquals(List.of(complained), invalid().stream().map(Problem::variable).toList());
    }

    @Test
    void refusesOneUserForTwoPurposesAndTwoWaysToSetOnePassword() {
        given("MYSQL_USER", "repluser").given("MYSQL_PASSWORD", "p");
        assertEquals("MYSQL_USER", invalid().getFirst().variable());
        environment.remove("MYSQL_USER");
        environment.remove("MYSQL_PASSWORD");
        given("MYSQL_ROOT_PASSWORD", "r").given("MYSQL_RANDOM_ROOT_PASSWORD", "yes");
        assertEquals("MYSQL_RANDOM_ROOT_PASSWORD", invalid().getFirst().variable());
    }

    @Test
    void passwordsMayHoldAnythingButLineBreaks() {
        given("MYSQL_USER", "app").given("MYSQL_PASSWORD", "a#b $c='d\" é=€\\");
        assertEquals("a#b $c='d\" é=€\\", valid().accounts().application().orElseThrow().password().reveal());
    }

    @Test
    void noSecretIsEverPrinted() {
        given("MYSQL_USER", "app").given("MYSQL_PASSWORD", "hush1").given("MYSQL_ROOT_PASSWORD", "hush2");
        given("CONSUL_HTTP_TOKEN", "hush3").given("MYSQL_REPL_PASSWORD", "hush4");
        assertFalse(valid().toString().contains("hush"), () -> valid().toString());
    }

    @ParameterizedTest
    @CsvSource({
        "consul,consul,8500,false",
        "10.0.0.1:8501,10.0.0.1,8501,false",
        "https://consul.example:443,consul.example,443,true",
        "http://[fd00::1]:8500/,fd00::1,8500,false",
    })
    void readsConsulAddresses(String text, String host, int port, boolean tls) {
        assertEquals(Optional.of(new ConsulAddress(host, port, tls)), ConsulAddress.read(text));
    }

    private SettingsReaderTest given(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    private Settings valid() {
        SettingsReader.Result result = SettingsReader.read(environment, Optional.empty());
        return assertInstanceOf(SettingsReader.Result.Valid.class, result, result::toString).settings();
    }

    private List<Problem> invalid() {
        return invalid(Optional.empty());
    }

    private List<Problem> invalidOn(String version) {
        return invalid(Optional.of(MysqlVersion.parse(version)));
    }

    private List<Problem> invalid(Optional<MysqlVersion> version) {
        return assertInstanceOf(
                        SettingsReader.Result.Invalid.class, SettingsReader.read(environment, version))
                .problems();
    }
}
