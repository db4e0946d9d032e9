package io.autopilot.mysql.adapter.state;

import io.autopilot.mysql.fake.FakeLocalState;
import io.autopilot.mysql.port.LocalState;

/** What the fake remembers, it remembers as the files do. */
class FakeLocalStateTest extends LocalStateContract {
    private final FakeLocalState state = new FakeLocalState(time);

    @Override
    LocalState state() {
        return state;
    }
}
