package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Sleeper;
import java.time.Duration;
import java.util.Optional;

/** What a node remembers, in memory: quicker than files, and held to the same contract. */
public final class FakeLocalState implements LocalState {
    private static final Duration LOCK_PAUSE = Duration.ofMillis(20);

    private final Sleeper sleeper;
    private Run run = new Run();
    private Data data = new Data();

    public FakeLocalState(Sleeper sleeper) {
        this.sleeper = sleeper;
    }

    private record Writable(String run, Optional<Duration> until) {}

    private record Followed(String run, long term) {}

    private record Salvage(long term, Duration at) {}

    private static final class Run {
        private Optional<HookLock> lock = Optional.empty();
        private final FakeChanges changes = new FakeChanges();
        private Optional<String> session = Optional.empty();
        private Optional<String> registered = Optional.empty();
        private Optional<Duration> heartbeat = Optional.empty();
        private Optional<MysqldStart> mysqld = Optional.empty();
        private Optional<Writable> writable = Optional.empty();
        private Optional<Followed> followed = Optional.empty();
        private Optional<Salvage> salvage = Optional.empty();
        private Optional<Silence> silence = Optional.empty();
        private boolean diverged;
        private boolean stopping;
    }

    private static final class Data {
        private Optional<DataMark> mark = Optional.empty();
        private Optional<GtidSet> restored = Optional.empty();
        private Optional<String> left = Optional.empty();
        private Optional<Discarded> discarded = Optional.empty();
        private boolean mustJoin;
    }

    /** As the wrapper of mysqld says. */
    public void mysqldStarts(MysqldStart start) {
        run.mysqld = Optional.of(start);
    }

    public void mysqldEnds() {
        run.mysqld = Optional.empty();
    }

    /** When the wrapper ends mysqld by itself; empty: not, or it isn't writable. */
    public Optional<Duration> killAt() {
        return run.mysqld.flatMap(start -> run.writable.filter(w -> w.run().equals(start.id()))).flatMap(Writable::until);
    }

    /** The container is another one: its run directory is empty. */
    public void loseRun() {
        run = new Run();
    }

    /** The machine was started anew: what was true of its clock is not any more. */
    public void boot() {
        run.heartbeat = Optional.empty();
        run.salvage = Optional.empty();
        run.silence = Optional.empty();
        run.mysqld = Optional.empty();
    }

    /** The disk is gone. */
    public void loseData() {
        data = new Data();
    }

    /** The hook that has the lock was killed. */
    public void breakLock(HookLock held) {
        run.lock = run.lock.filter(lock -> lock != held);
    }

    /** All that it has; runs of mysqld only as far as they are the present one, times only as far as they have passed. */
    public String described(Duration now, Duration longAgo) {
        Optional<String> present = run.mysqld.map(MysqldStart::id);
        return String.join(" ",
                "lock=" + run.lock.isPresent(),
                "session=" + run.session,
                "registered=" + run.registered,
                "right=" + run.heartbeat.map(at -> now.minus(at).compareTo(longAgo) < 0),
                "mysqld=" + present.isPresent(),
                "writable=" + run.writable.map(w -> present.equals(Optional.of(w.run())) + "/" + w.until().isPresent()),
                "followed=" + run.followed.filter(f -> present.equals(Optional.of(f.run()))).map(Followed::term),
                "salvage=" + run.salvage.map(s -> s.term() + "/" + (now.minus(s.at()).compareTo(longAgo) < 0)),
                "silence=" + run.silence.map(s -> s.end().map(end -> now.minus(end).compareTo(longAgo) < 0)),
                "diverged=" + run.diverged,
                "stopping=" + run.stopping,
                "mark=" + data.mark,
                "restored=" + data.restored,
                "left=" + data.left,
                "discarded=" + data.discarded,
                "mustJoin=" + data.mustJoin);
    }

    @Override
    public Optional<HookLock> tryLock(Deadline deadline) {
        return new Poll(sleeper).until(deadline, LOCK_PAUSE, this::tryLockOnce);
    }

    @Override
    public Changes changes() {
        return run.changes;
    }

    private Optional<HookLock> tryLockOnce() {
        if (run.lock.isPresent()) {
            return Optional.empty();
        }
        HookLock lock = new HookLock() {
            @Override
            public void close() {
                breakLock(this);
            }
        };
        run.lock = Optional.of(lock);
        return run.lock;
    }

    @Override
    public Optional<DataMark> dataMark() {
        return data.mark;
    }

    @Override
    public void writeDataMark(DataMark mark) {
        data.mark = Optional.of(mark);
    }

    @Override
    public void deleteDataMark() {
        data.mark = Optional.empty();
    }

    @Override
    public Optional<GtidSet> restoredGtids() {
        return data.restored;
    }

    @Override
    public void writeRestoredGtids(GtidSet set) {
        data.restored = Optional.of(set);
    }

    @Override
    public void deleteRestoredGtids() {
        data.restored = Optional.empty();
    }

    @Override
    public Optional<String> leftCluster() {
        return data.left;
    }

    @Override
    public void writeLeftCluster(String clusterUuid) {
        data.left = Optional.of(clusterUuid);
    }

    @Override
    public void deleteLeftCluster() {
        data.left = Optional.empty();
    }

    @Override
    public boolean mustJoin() {
        return data.mustJoin;
    }

    @Override
    public void writeMustJoin() {
        data.mustJoin = true;
    }

    @Override
    public void deleteMustJoin() {
        data.mustJoin = false;
    }

    @Override
    public Optional<String> session() {
        return run.session;
    }

    @Override
    public void writeSession(String id) {
        run.session = Optional.of(id);
    }

    @Override
    public Optional<Silence> silence() {
        return run.silence;
    }

    @Override
    public void writeSilence(Silence said) {
        run.silence = Optional.of(said);
    }

    @Override
    public void deleteSilence() {
        run.silence = Optional.empty();
    }

    @Override
    public Optional<String> registeredAddress() {
        return run.registered;
    }

    @Override
    public void writeRegisteredAddress(String address) {
        run.registered = Optional.of(address);
    }

    @Override
    public Optional<Duration> lastHeartbeat() {
        return run.heartbeat;
    }

    @Override
    public void writeHeartbeat(Duration startedAt) {
        run.heartbeat = Optional.of(Duration.ofMillis(startedAt.toMillis()));
    }

    @Override
    public Optional<MysqldStart> mysqldStart() {
        return run.mysqld;
    }

    @Override
    public boolean mayBeWritable(MysqldStart start) {
        return run.writable.filter(w -> w.run().equals(start.id())).isPresent();
    }

    @Override
    public boolean writesUntilFenced(MysqldStart start) {
        return run.writable.filter(w -> w.run().equals(start.id()) && w.until().isEmpty()).isPresent();
    }

    @Override
    public Optional<String> writableRun() {
        return run.writable.map(Writable::run);
    }

    @Override
    public void writeWritable(MysqldStart start, Optional<Duration> until) {
        run.writable = Optional.of(new Writable(start.id(), until));
    }

    @Override
    public void deleteWritable() {
        run.writable = Optional.empty();
    }

    @Override
    public Optional<Long> followedTerm(MysqldStart start) {
        return run.followed.filter(f -> f.run().equals(start.id())).map(Followed::term);
    }

    @Override
    public void writeFollowedTerm(MysqldStart start, long term) {
        run.followed = Optional.of(new Followed(start.id(), term));
    }

    @Override
    public boolean stopping() {
        return run.stopping;
    }

    @Override
    public void writeStopping() {
        run.stopping = true;
    }

    /** The container is started anew. */
    public void deleteStopping() {
        run.stopping = false;
    }

    @Override
    public Optional<Discarded> discarded() {
        return data.discarded;
    }

    @Override
    public void writeDiscarded(Discarded discarded) {
        data.discarded = Optional.of(discarded);
    }

    @Override
    public void deleteDiscarded() {
        data.discarded = Optional.empty();
    }

    @Override
    public boolean diverged() {
        return run.diverged;
    }

    @Override
    public void writeDiverged() {
        run.diverged = true;
    }

    @Override
    public void deleteDiverged() {
        run.diverged = false;
    }

    @Override
    public Optional<Duration> salvageBegan(long term) {
        return run.salvage.filter(s -> s.term() == term).map(Salvage::at);
    }

    @Override
    public void writeSalvageBegan(long term, Duration at) {
        run.salvage = Optional.of(new Salvage(term, Duration.ofMillis(at.toMillis())));
    }
}
