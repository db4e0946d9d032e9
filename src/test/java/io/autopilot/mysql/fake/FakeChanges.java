package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.LocalState.Changes;
import io.autopilot.mysql.port.LocalState.HookLock;
import java.util.Optional;

/** Of one life of a container. */
final class FakeChanges implements Changes {
    private boolean taken;
    private boolean noted;

    @Override
    public Optional<HookLock> tryTurn() {
        if (taken) {
            return Optional.empty();
        }
        taken = true;
        return Optional.of(() -> taken = false);
    }

    @Override
    public void note() {
        noted = true;
    }

    @Override
    public boolean noted() {
        return noted;
    }

    @Override
    public void take() {
        noted = false;
    }
}
