package io.autopilot.mysql.adapter.state;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a node remembers, in two directories (docs/decisions/0003): one that lives as long as the container, one as long as the data.
 * Both must exist. Safe between processes and threads; all instances of a process have to name the run directory alike.
 */
public final class FileLocalState implements LocalState {
    private static final Duration LOCK_PAUSE = Duration.ofMillis(20);
    private static final String CONFIRMED = "confirmed";
    private static final String UNCONFIRMED = "unconfirmed";
    private static final String FOR_EVER = "-";
    private static final String NONE = "-";

    private final Ticker ticker;
    private final Sleeper sleeper;
    private final Path proc;
    private final HookLockFile hookLock;
    private final ChangeFiles changes;
    private final StateFile session;
    private final StateFile registered;
    private final StateFile heartbeat;
    private final StateFile mysqldStart;
    private final StateFile writable;
    private final StateFile followed;
    private final StateFile stopping;
    private final StateFile dataMark;
    private final StateFile mustJoin;
    private final StateFile restored;
    private final StateFile discarded;
    private final StateFile diverged;
    private final StateFile salvage;
    private final StateFile silence;
    private final StateFile leftCluster;

    /**
     * Opens nothing yet.
     *
     * @param run lives as long as the container; the wrapper of mysqld reads and writes there too
     * @param data lives as long as the data
     * @param proc the proc file system, to tell whether mysqld's pid is still mysqld
     */
    public FileLocalState(Path run, Path data, Path proc, Ticker ticker, Sleeper sleeper) {
        this.ticker = ticker;
        this.sleeper = sleeper;
        this.proc = proc;
        this.hookLock = new HookLockFile(run.resolve("hook.lock"));
        this.changes = new ChangeFiles(run);
        this.session = new StateFile(run.resolve("session"));
        this.registered = new StateFile(run.resolve("registered"));
        this.heartbeat = new StateFile(run.resolve("heartbeat"));
        this.mysqldStart = new StateFile(run.resolve("mysqld.start"));
        this.writable = new StateFile(run.resolve("writable"));
        this.followed = new StateFile(run.resolve("followed"));
        this.stopping = new StateFile(run.resolve("stopping"));
        this.dataMark = new StateFile(data.resolve("cluster"));
        this.leftCluster = new StateFile(data.resolve("left-cluster"));
        this.mustJoin = new StateFile(data.resolve("must-join"));
        this.restored = new StateFile(data.resolve("restored-gtids"));
        this.discarded = new StateFile(data.resolve("discarded"));
        this.diverged = new StateFile(run.resolve("diverged"));
        this.salvage = new StateFile(run.resolve("salvage"));
        this.silence = new StateFile(run.resolve("silence"));
    }

    @Override
    public Optional<HookLock> tryLock(Deadline deadline) {
        return new Poll(sleeper).until(deadline, LOCK_PAUSE, hookLock::tryLock);
    }

    @Override
    public Changes changes() {
        return changes;
    }

    @Override
    public Optional<DataMark> dataMark() {
        return dataMark.read().map(lines -> switch (lines.size() == 2 ? lines.get(1) : "") {
            case CONFIRMED -> new DataMark(lines.getFirst(), true);
            case UNCONFIRMED -> new DataMark(lines.getFirst(), false);
            default -> throw dataMark.damaged(lines);
        });
    }

    @Override
    public void writeDataMark(DataMark mark) {
        dataMark.write(mark.clusterUuid(), mark.confirmed() ? CONFIRMED : UNCONFIRMED);
    }

    @Override
    public void deleteDataMark() {
        dataMark.delete();
    }

    @Override
    public Optional<GtidSet> restoredGtids() {
        return restored.read().map(lines -> read(restored, lines, l -> GtidSet.parse(String.join("", l))));
    }

    @Override
    public void writeRestoredGtids(GtidSet set) {
        restored.write(set.toString());
    }

    @Override
    public void deleteRestoredGtids() {
        restored.delete();
    }

    @Override
    public Optional<String> leftCluster() {
        return leftCluster.read().map(lines -> read(leftCluster, lines, List::getFirst));
    }

    @Override
    public void writeLeftCluster(String clusterUuid) {
        leftCluster.write(clusterUuid);
    }

    @Override
    public void deleteLeftCluster() {
        leftCluster.delete();
    }

    @Override
    public boolean mustJoin() {
        return mustJoin.read().isPresent();
    }

    @Override
    public void writeMustJoin() {
        mustJoin.write("restored");
    }

    @Override
    public void deleteMustJoin() {
        mustJoin.delete();
    }

    @Override
    public Optional<Discarded> discarded() {
        return discarded.read().map(lines -> read(
                discarded,
                lines,
                l -> new Discarded(Optional.of(l.getFirst()).filter(id -> !id.equals(NONE)), new Reason(l.get(1)))));
    }

    @Override
    public void writeDiscarded(Discarded given) {
        discarded.write(given.evidence().orElse(NONE), given.why().text().replaceAll("\\R", " "));
    }

    @Override
    public void deleteDiscarded() {
        discarded.delete();
    }

    @Override
    public boolean diverged() {
        return diverged.read().isPresent();
    }

    @Override
    public void writeDiverged() {
        diverged.write(ticker.bootId());
    }

    @Override
    public void deleteDiverged() {
        diverged.delete();
    }

    @Override
    public Optional<Duration> salvageBegan(long term) {
        return salvage.read()
                .filter(lines -> line(salvage, lines, 0).equals(Long.toString(term)))
                .filter(lines -> ticker.bootId().equals(line(salvage, lines, 2)))
                .map(lines -> read(salvage, lines, l -> Duration.ofMillis(Long.parseLong(l.get(1)))));
    }

    @Override
    public void writeSalvageBegan(long term, Duration at) {
        salvage.write(Long.toString(term), Long.toString(at.toMillis()), ticker.bootId());
    }

    @Override
    public Optional<Silence> silence() {
        return silence.read()
                .filter(lines -> ticker.bootId().equals(line(silence, lines, 1)))
                .map(lines -> read(
                        silence, lines, l -> new Silence(Optional.of(l.getFirst()).filter(end -> !end.equals(NONE)).map(Long::parseLong).map(Duration::ofMillis))));
    }

    @Override
    public void writeSilence(Silence said) {
        silence.write(said.end().map(end -> Long.toString(end.toMillis())).orElse(NONE), ticker.bootId());
    }

    @Override
    public void deleteSilence() {
        silence.delete();
    }

    @Override
    public Optional<String> session() {
        return session.read().map(lines -> read(session, lines, List::getFirst));
    }

    @Override
    public void writeSession(String id) {
        session.write(id);
    }

    @Override
    public Optional<String> registeredAddress() {
        return registered.read().map(lines -> read(registered, lines, List::getFirst));
    }

    @Override
    public void writeRegisteredAddress(String address) {
        registered.write(address);
    }

    @Override
    public Optional<Duration> lastHeartbeat() {
        Optional<List<String>> lines = heartbeat.read();
        return lines.filter(l -> ticker.bootId().equals(line(heartbeat, l, 1)))
                .map(l -> read(heartbeat, l, x -> Duration.ofMillis(Long.parseLong(x.getFirst()))));
    }

    @Override
    public void writeHeartbeat(Duration startedAt) {
        heartbeat.write(Long.toString(startedAt.toMillis()), ticker.bootId());
    }

    @Override
    public Optional<MysqldStart> mysqldStart() {
        // A wrapper that was killed leaves its file behind: the boot may be another, or the pid another program's.
        return mysqldStart.read()
                .filter(lines -> ticker.bootId().equals(line(mysqldStart, lines, 2)))
                .map(lines -> read(
                        mysqldStart, lines, l -> new MysqldStart(l.getFirst(), Long.parseLong(l.get(1)))))
                .filter(this::runs);
    }

    private boolean runs(MysqldStart start) {
        Path comm = proc.resolve(Long.toString(start.pid())).resolve("comm");
        try {
            return Files.readString(comm).strip().equals("mysqld");
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // The kernel's answer when the process ends while it is read.
            if (!Files.exists(comm)) {
                return false;
            }
            throw new UncheckedIOException("can't read " + comm, e);
        }
    }

    @Override
    public boolean mayBeWritable(MysqldStart start) {
        return writable.read().filter(lines -> line(writable, lines, 0).equals(start.id())).isPresent();
    }

    @Override
    public boolean writesUntilFenced(MysqldStart start) {
        return writable.read()
                .filter(lines -> line(writable, lines, 0).equals(start.id()) && line(writable, lines, 1).equals(FOR_EVER))
                .isPresent();
    }

    @Override
    public Optional<String> writableRun() {
        return writable.read().map(lines -> line(writable, lines, 0));
    }

    @Override
    public void writeWritable(MysqldStart start, Optional<Duration> until) {
        writable.write(
                start.id(), until.map(u -> Long.toString(u.toMillis())).orElse(FOR_EVER), ticker.bootId());
    }

    @Override
    public void deleteWritable() {
        writable.delete();
    }

    @Override
    public Optional<Long> followedTerm(MysqldStart start) {
        return followed.read()
                .filter(lines -> line(followed, lines, 0).equals(start.id()))
                .map(lines -> read(followed, lines, l -> Long.parseLong(l.get(1))));
    }

    @Override
    public void writeFollowedTerm(MysqldStart start, long term) {
        followed.write(start.id(), Long.toString(term));
    }

    @Override
    public boolean stopping() {
        return stopping.read().isPresent();
    }

    @Override
    public void writeStopping() {
        stopping.write(ticker.bootId());
    }

    private static String line(StateFile file, List<String> lines, int number) {
        if (lines.size() <= number) {
            throw file.damaged(lines);
        }
        return lines.get(number);
    }

    private static <T> T read(StateFile file, List<String> lines, Function<List<String>, T> reader) {
        if (lines.isEmpty()) {
            throw file.damaged(lines);
        }
        try {
            return reader.apply(lines);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            IllegalStateException damaged = file.damaged(lines);
            damaged.initCause(e);
            throw damaged;
        }
    }
}
