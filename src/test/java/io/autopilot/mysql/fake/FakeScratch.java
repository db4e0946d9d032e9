package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.ScratchServer;
import io.autopilot.mysql.port.SnapshotException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A server on a copy that {@link FakeEngine} has restored; it says what it is told to. */
public final class FakeScratch implements ScratchServer {
    public Findings findings;
    public boolean starts = true;

    public FakeScratch(GtidSet executed) {
        findings = new Findings(Optional.of(executed), 40, List.of(), Optional.empty());
    }

    @Override
    public GtidSet executedOf(Path dataDirectory, Deadline deadline) {
        return findings.executed().orElseThrow();
    }

    @Override
    public Findings check(Path dataDirectory, Optional<String> question, Deadline deadline) {
        if (!starts || !Files.exists(dataDirectory.resolve("prepared"))) {
            throw new SnapshotException("the server on the copy doesn't start: status 1");
        }
        return findings;
    }
}
