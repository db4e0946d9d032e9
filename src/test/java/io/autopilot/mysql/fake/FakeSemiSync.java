package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.GtidSet;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Semi-synchronous replication of one fake server, AFTER_SYNC without a time-out, with what was seen of it on 8.0.33 and 9.7.4: a commit that
 * waits is in the binary log and invisible; whoever ends the waiting in any other way than by acknowledgements tells the client OK.
 */
final class FakeSemiSync {
    private final FakeServer server;
    private final List<FakeWrite> waiting = new ArrayList<>();

    boolean sourceOn;
    int acksRequired = 1;
    boolean replicaEnabled;
    /** Of the receiver as it runs now. */
    boolean acknowledging;

    FakeSemiSync(FakeServer server) {
        this.server = server;
    }

    void atStart() {
        sourceOn = false;
        acksRequired = 1;
        replicaEnabled = false;
        acknowledging = false;
        waiting.clear();
    }

    FakeWrite commit(GtidSet gtid) {
        FakeWrite write = new FakeWrite(gtid);
        if (sourceOn) {
            waiting.add(write);
        } else {
            server.executed = server.executed.union(gtid);
            tellOk(write);
        }
        return write;
    }

    /** Those whose acknowledgements have come are done. */
    void settle() {
        for (FakeWrite write : List.copyOf(waiting)) {
            if (write.acknowledgedBy.size() >= acksRequired) {
                finish(write);
            }
        }
    }

    /** A replica has just received that: its acknowledgement counts for all that came before, too. */
    void acknowledged(FakeServer replica, GtidSet received) {
        int last = waiting.size() - 1;
        while (last >= 0 && !received.contains(waiting.get(last).gtid())) {
            last--;
        }
        waiting.subList(0, last + 1).forEach(write -> write.acknowledgedBy.add(replica.uuid()));
    }

    void switchOff() {
        sourceOn = false;
        List.copyOf(waiting).forEach(this::finish);
    }

    private void finish(FakeWrite write) {
        waiting.remove(write);
        server.executed = server.executed.union(write.gtid());
        tellOk(write);
    }

    private void tellOk(FakeWrite write) {
        if (write.answer() == FakeWrite.Answer.NONE) {
            write.answer(FakeWrite.Answer.OK);
            server.whenAcknowledged.accept(write);
        }
    }

    /** Their sessions end; the commits go on waiting. */
    void loseClients() {
        waiting.forEach(write -> write.answer(FakeWrite.Answer.LOST));
    }

    /** A clean stop tells them OK, a kill nothing. */
    void end(boolean clean) {
        waiting.forEach(clean ? this::tellOk : write -> write.answer(FakeWrite.Answer.LOST));
        waiting.clear();
    }

    String described() {
        StringBuilder text = new StringBuilder().append(sourceOn).append(acksRequired).append(replicaEnabled).append(acknowledging);
        waiting.forEach(w -> text.append(' ').append(w.gtid()).append(new TreeSet<>(w.acknowledgedBy)).append(w.answer()));
        return text.toString();
    }

    boolean isWaiting(FakeWrite write) {
        return waiting.contains(write);
    }

    int waiting() {
        return waiting.size();
    }
}
