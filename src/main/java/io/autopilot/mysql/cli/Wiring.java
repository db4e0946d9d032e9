package io.autopilot.mysql.cli;

import io.autopilot.mysql.adapter.consul.ConsulTarget;
import io.autopilot.mysql.adapter.consul.HttpConsul;
import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.engine.CloneEngine;
import io.autopilot.mysql.adapter.engine.JdbcCloning;
import io.autopilot.mysql.adapter.engine.MysqldScratch;
import io.autopilot.mysql.adapter.engine.XtrabackupEngine;
import io.autopilot.mysql.adapter.mysql.JdbcServers;
import io.autopilot.mysql.adapter.mysqld.CgroupMemory;
import io.autopilot.mysql.adapter.mysqld.DirectoryVolume;
import io.autopilot.mysql.adapter.mysqld.MysqldCommand;
import io.autopilot.mysql.adapter.process.JdkSubprocesses;
import io.autopilot.mysql.adapter.state.FileLocalState;
import io.autopilot.mysql.adapter.store.LocalStore;
import io.autopilot.mysql.adapter.store.RemoteStore;
import io.autopilot.mysql.adapter.store.RetryingStore;
import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.adapter.time.ThreadRepeater;
import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.MyCnf;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ServerId;
import io.autopilot.mysql.hook.Archives;
import io.autopilot.mysql.hook.ControlLogin;
import io.autopilot.mysql.hook.EvidenceArchive;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Pace;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.SnapshotRestorer;
import io.autopilot.mysql.hook.Snapshots;
import io.autopilot.mysql.hook.StoredSnapshots;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.MysqldProgram;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Repeater;
import io.autopilot.mysql.port.ScratchServer;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.Subprocesses;
import io.autopilot.mysql.port.Ticker;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Puts the real parts together, by hand; each is made only when it is asked for. */
final class Wiring {
    static final int MYSQL_PORT = 3306;
    private static final Path PROC = Path.of("/proc");
    static final Path RUN = Path.of("/run/manage");
    private static final Path MY_CNF = Path.of("/etc/mysql/my.cnf");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final long SMALL = 768L << 20;
    private static final String MYSQLD_USER = "mysql";
    private static final Address LOOPBACK = new Address("127.0.0.1", MYSQL_PORT);

    private final Settings settings;
    private final Ticker ticker = new ProcTicker(PROC);
    private final Subprocesses programs = new JdkSubprocesses();

    Wiring(Settings settings) {
        this.settings = settings;
    }

    Ticker ticker() {
        return ticker;
    }

    Subprocesses programs() {
        return programs;
    }

    Node node() {
        InetAddress address = ThisNode.address(settings, RUN);
        return new Node(ThisNode.name(PROC), new Address(address.getHostAddress(), MYSQL_PORT), settings);
    }

    /** For preStart: a restarted container may have another address. */
    void determineAddress() {
        ThisNode.remember(settings, RUN);
    }

    Ports ports() {
        ThreadSleeper sleeper = new ThreadSleeper();
        return new Ports(
                consul(),
                servers(),
                program(),
                new FileLocalState(RUN, settings.dataVolume().resolve("state"), PROC, ticker, sleeper),
                ticker,
                sleeper,
                Wiring::task,
                Clock.systemUTC());
    }

    JdbcServers servers() {
        return new JdbcServers(ControlLogin.USER, ControlLogin.password(settings), LOOPBACK, settings.serviceName());
    }

    Consul consul() {
        Settings.ConsulAccess access = settings.consul();
        return new HttpConsul(
                access.agent()
                        ? new ConsulTarget("127.0.0.1", 8500, false, access.token(), Optional.empty())
                        : new ConsulTarget(access.host(), access.port(), access.tls(), access.token(), access.caFile()));
    }

    /** The mysqld in this container, whatever the configuration says. */
    static MysqlVersion serverVersion() {
        return new MysqldCommand(new JdkSubprocesses(), new ProcTicker(PROC)).version();
    }

    Snapshots snapshots(Node node, Ports ports, MysqlVersion version) {
        Archives archives = archives();
        return new StoredSnapshots(node, ports.consul(), archives, restorer(archives, version));
    }

    /** Loads no client of a store: a health check must neither pay for one nor fail with one. */
    SnapshotStore store() {
        String service = settings.serviceName();
        return switch (settings.snapshots().store()) {
            case StoreSettings.Local local -> new LocalStore(local.directory(), service);
            case StoreSettings.S3 s3 -> remote(() -> RemoteStore.of(s3, service, Clock.systemUTC()));
            case StoreSettings.Manta manta -> remote(() -> RemoteStore.of(manta, service, Clock.systemUTC()));
        };
    }

    private static SnapshotStore remote(Supplier<SnapshotStore> maker) {
        return new RetryingStore(maker, new ThreadSleeper(), new SecureRandom());
    }

    Archives archives() {
        Settings.Archiving how = settings.snapshots().archiving();
        return new Archives(
                store(),
                new Archives.Format(how.compression(), how.level(), how.threads(), how.partBytes(), how.atOnce()),
                how.keys(),
                Wiring::task,
                new Pace(how.bytesPerSecond(), new ThreadSleeper(), ticker),
                ticker,
                new SecureRandom());
    }

    private static void task(Runnable task) {
        Thread.ofPlatform().daemon().start(LogSetup.carried(Cancellation.carried(task)));
    }

    EvidenceArchive evidence() {
        return new EvidenceArchive(archives(), new LocalDisk(), volume().dataDirectory());
    }

    /** The first one that can is used: xtrabackup needs no copy of the data, CLONE needs no other program. */
    List<SnapshotEngine> engines(MysqlVersion version) {
        LocalDisk disk = new LocalDisk();
        JdbcServers servers = servers();
        Optional<ScratchServer> scratch = scratch();
        return List.of(
                new XtrabackupEngine(
                        programs,
                        disk,
                        settings.dataVolume(),
                        new XtrabackupEngine.Server(MY_CNF, LOOPBACK, ControlLogin.USER, ControlLogin.password(settings))),
                new CloneEngine(
                        settings.dataVolume(), volume().dataDirectory(), disk, new JdbcCloning(servers::openLocal), scratch));
    }

    /** Empty: a second server takes 160 MB, which a small container doesn't have. */
    Optional<ScratchServer> scratch() {
        return memoryLimit().filter(limit -> limit <= SMALL).isPresent()
                ? Optional.empty()
                : Optional.of(new MysqldScratch(programs, new Poll(new ThreadSleeper()), Wiring::task, Optional.of(MYSQLD_USER)));
    }

    SnapshotRestorer restorer(Archives archives, MysqlVersion version) {
        return new SnapshotRestorer(archives, engines(version), version, new LocalDisk());
    }

    Repeater repeater() {
        return new ThreadRepeater();
    }

    MysqldProgram program() {
        return new MysqldCommand(programs, ticker);
    }

    DataVolume volume() {
        return new DirectoryVolume(settings.dataVolume(), MY_CNF, Optional.of(MYSQLD_USER));
    }

    Optional<Long> memoryLimit() {
        return CgroupMemory.limit(CGROUPS);
    }

    /** The text of my.cnf for this container. */
    String serverConfiguration(MysqlVersion version) {
        InetAddress address = ThisNode.address(settings, RUN);
        return new MyCnf(
                        version,
                        volume().dataDirectory(),
                        settings.serverId().orElseGet(() -> ServerId.drawnBy(new SecureRandom())),
                        address.getHostAddress(),
                        settings.replication().modeOn(version),
                        memoryLimit(),
                        settings.bufferPool())
                .text();
    }
}
