package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.GtidSet;
import java.util.HashSet;
import java.util.Set;

/** One transaction of a client, and what the client knows of it. */
public final class FakeWrite {
    /** What the client was told. */
    public enum Answer {
        NONE,
        OK,
        LOST,
        REFUSED
    }

    private final GtidSet gtid;
    final Set<String> acknowledgedBy = new HashSet<>();
    private Answer answer = Answer.NONE;

    FakeWrite(GtidSet gtid) {
        this.gtid = gtid;
    }

    static FakeWrite refused() {
        FakeWrite write = new FakeWrite(GtidSet.EMPTY);
        write.answer(Answer.REFUSED);
        return write;
    }

    public GtidSet gtid() {
        return gtid;
    }

    public Answer answer() {
        return answer;
    }

    /** A client whose session has ended hears no more. */
    void answer(Answer value) {
        if (answer == Answer.NONE) {
            answer = value;
        }
    }
}
