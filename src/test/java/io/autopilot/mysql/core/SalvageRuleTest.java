package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SalvageRuleTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Test
    void aTakeOverThatHasEverythingWaitsForNothing() {
        assertInstanceOf(SalvageDecision.GoOn.class, decide("1-9", "1-9", false, Duration.ZERO));
        assertInstanceOf(SalvageDecision.GoOn.class, decide("1-9", "1-12", false, Duration.ZERO));
    }

    @Test
    void aKnownLossIsWaitedForAndNamed() {
        SalvageDecision.Await await = assertInstanceOf(SalvageDecision.Await.class, decide("1-9", "1-7", false, Duration.ZERO));
        assertEquals(set("8-9"), await.missing());
    }

    @Test
    void theWaitHasAnEnd() {
        assertInstanceOf(SalvageDecision.Await.class, decide("1-9", "1-7", false, LIMIT.minusMillis(1)));
        assertInstanceOf(SalvageDecision.GoOn.class, decide("1-9", "1-7", false, LIMIT));
    }

    @Test
    void aFallenPrimaryThatIsBackWithoutTheTransactionsIsWaitedForNoLonger() {
        assertInstanceOf(SalvageDecision.GoOn.class, decide("1-9", "1-7", true, Duration.ZERO));
    }

    private static SalvageDecision decide(String published, String received, boolean back, Duration waited) {
        return SalvageRule.decide("db0", set(published), set(received), back, waited, LIMIT);
    }

    private static GtidSet set(String intervals) {
        return GtidSet.parse("00000000-0000-0000-0000-00000000000a:" + intervals);
    }
}
