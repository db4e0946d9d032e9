package io.autopilot.mysql.adapter.consul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Consul.ServiceSpec;
import io.autopilot.mysql.port.Consul.SessionSpec;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.SessionGoneException;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What the project relies on, of the fake Consul and of the real one alike. */
abstract class ConsulContract {
    private static final Duration NO_DELAY = Duration.ZERO;

    private final String prefix = "contract-" + UUID.randomUUID() + "/";
    private final String key = prefix + "key";
    private final String service = "contract-" + UUID.randomUUID();

    abstract Consul consul();

    abstract Ticker ticker();

    abstract Sleeper sleeper();

    @Test
    void aKeyThatNobodyWroteIsAbsent() {
        assertEquals(Optional.empty(), consul().get(key, soon()));
        assertEquals(List.of(), consul().list(prefix, soon()));
    }

    @Test
    void compareAndSetWithZeroMakesAKeyOnce() {
        assertTrue(consul().cas(key, "first", 0, soon()));
        assertFalse(consul().cas(key, "second", 0, soon()));
        assertEquals("first", value());
    }

    @Test
    void compareAndSetNeedsThePresentIndex() {
        consul().cas(key, "first", 0, soon());
        long index = index();
        assertTrue(consul().cas(key, "grüße #1 \"=\" 'x'", index, soon()));
        assertFalse(consul().cas(key, "third", index, soon()));
        assertEquals("grüße #1 \"=\" 'x'", value());
        assertFalse(consul().deleteCas(key, index, soon()));
        assertTrue(consul().deleteCas(key, index(), soon()));
        assertEquals(Optional.empty(), consul().get(key, soon()));
    }

    @Test
    void aChangeThatHasAlreadyBeenIsNotWaitedFor() {
        consul().cas(key, "first", 0, soon());
        long index = index();
        consul().cas(key, "second", index, soon());
        Duration began = ticker().uptime();
        assertEquals("second", consul().awaitChange(key, index, Duration.ofSeconds(4), soon()).orElseThrow().value());
        assertTrue(ticker().uptime().minus(began).compareTo(Duration.ofSeconds(2)) < 0);
    }

    @Test
    void waitingForAChangeThatDoesNotComeEndsAfterTheWait() {
        consul().cas(key, "first", 0, soon());
        Duration began = ticker().uptime();
        assertEquals("first", consul().awaitChange(key, index(), Duration.ofMillis(400), soon()).orElseThrow().value());
        Duration took = ticker().uptime().minus(began);
        assertTrue(took.compareTo(Duration.ofMillis(300)) >= 0 && took.compareTo(Duration.ofSeconds(3)) < 0, took::toString);
    }

    @Test
    void waitingForAChangeEndsInTimeForItsDeadline() {
        consul().cas(key, "first", 0, soon());
        Deadline near = Deadline.after(Duration.ofMillis(800), ticker());
        assertEquals("first", consul().awaitChange(key, index(), Duration.ofSeconds(20), near).orElseThrow().value());
        assertEquals("first", consul().awaitChange(key, index(), Duration.ZERO, soon()).orElseThrow().value());
    }

    @Test
    void listsTheKeysUnderAPrefixInOrder() {
        consul().cas(prefix + "b", "2", 0, soon());
        consul().cas(prefix + "a", "1", 0, soon());
        assertEquals(
                List.of(prefix + "a", prefix + "b"),
                consul().list(prefix, soon()).stream().map(Consul.KvEntry::key).toList());
    }

    @Test
    void oneSessionHoldsALockAndMayUpdateItsValue() {
        String mine = session(NO_DELAY);
        String other = session(NO_DELAY);
        assertTrue(consul().acquire(key, "mine", mine, soon()));
        assertFalse(consul().acquire(key, "other", other, soon()));
        assertTrue(consul().acquire(key, "mine again", mine, soon()));
        assertEquals("mine again", value());
        assertEquals(Optional.of(mine), holder());
    }

    @Test
    void aReleaseKeepsTheGivenValueAndHasNoDelay() {
        String mine = session(Duration.ofSeconds(30));
        consul().acquire(key, "mine", mine, soon());
        assertFalse(consul().release(key, "stolen", session(NO_DELAY), soon()));
        assertTrue(consul().release(key, "released", mine, soon()));
        assertEquals("released", value());
        assertEquals(Optional.empty(), holder());
        assertTrue(consul().acquire(key, "next", session(NO_DELAY), soon()));
    }

    @Test
    void aSessionThatEndsReleasesItsLocksAfterTheLockDelay() {
        String mine = session(Duration.ofSeconds(2));
        consul().acquire(key, "mine", mine, soon());
        consul().destroySession(mine, soon());
        assertEquals(Optional.empty(), holder());
        assertEquals("mine", value());
        String next = session(NO_DELAY);
        assertFalse(consul().acquire(key, "next", next, soon()));
        TxnResult refused = consul().transact(List.of(new TxnOp.Lock(key, "next", next)), soon());
        assertTrue(assertInstanceOf(TxnResult.Refused.class, refused).lockDelayed(), refused::toString);
        eventually(() -> consul().acquire(key, "next", next, soon()));
    }

    @Test
    void aDeadSessionIsGoneForEveryUse() {
        String dead = session(NO_DELAY);
        consul().destroySession(dead, soon());
        assertFalse(consul().renewSession(dead, soon()));
        assertFalse(consul().sessionExists(dead, soon()));
        assertThrows(SessionGoneException.class, () -> consul().acquire(key, "x", dead, soon()));
        assertThrows(
                SessionGoneException.class,
                () -> consul().transact(List.of(new TxnOp.Lock(key, "x", dead)), soon()));
    }

    @Test
    void aLivingSessionIsRenewed() {
        String mine = session(NO_DELAY);
        assertTrue(consul().renewSession(mine, soon()));
        assertTrue(consul().sessionExists(mine, soon()));
    }

    @Test
    void aSessionEndsWithTheTtlOfItsServiceCheck() {
        register("a", Duration.ofSeconds(2));
        String mine = sessionOn("a");
        consul().acquire(key, "mine", mine, soon());
        eventually(() -> !consul().sessionExists(mine, soon()));
        assertEquals(Optional.empty(), holder());
    }

    @Test
    void aSessionLivesForAsLongAsItsServiceCheckIsPassed() {
        register("a", Duration.ofSeconds(2));
        String mine = sessionOn("a");
        Deadline watched = Deadline.after(Duration.ofSeconds(5), ticker());
        new Poll(sleeper()).until(watched, Duration.ofMillis(500), () -> {
            assertTrue(consul().updateCheck(check("a"), CheckStatus.PASSING, "alive", soon()));
            return Optional.empty();
        });
        assertTrue(consul().sessionExists(mine, soon()));
    }

    @Test
    void aFailedOrRemovedServiceCheckEndsTheSessionAtOnce() {
        register("a", Duration.ofSeconds(60));
        String first = sessionOn("a");
        consul().updateCheck(check("a"), CheckStatus.CRITICAL, "dead", soon());
        eventually(() -> !consul().sessionExists(first, soon()));
        consul().updateCheck(check("a"), CheckStatus.PASSING, "back", soon());
        eventually(() -> passing("a"));
        String second = sessionOn("a");
        consul().deregister(service + "-a", soon());
        eventually(() -> !consul().sessionExists(second, soon()));
    }

    @Test
    void noSessionIsMadeOnACheckThatIsNotThere() {
        assertThrows(ConsulException.class, () -> sessionOn("nowhere"));
    }

    @Test
    void instancesAreListedWithTheirStateAndOutput() {
        register("a", Duration.ofSeconds(60));
        register("b", Duration.ofSeconds(60));
        consul().updateCheck(check("b"), CheckStatus.CRITICAL, "lags", soon());
        eventually(() -> instances().size() == 2 && !instances().get(1).passing());
        assertTrue(instances().get(0).passing());
        assertEquals("lags", instances().get(1).output());
        assertEquals("10.1.2.3", instances().get(0).address());
        assertEquals(3306, instances().get(0).port());
        assertEquals(List.of("tag"), instances().get(0).tags());
        consul().deregister(service + "-b", soon());
        eventually(() -> instances().size() == 1);
    }

    @Test
    void aServiceThatIsRegisteredAgainKeepsTheStateOfItsCheck() {
        register("a", Duration.ofSeconds(60));
        consul().updateCheck("service:" + service + "-a", CheckStatus.CRITICAL, "silent", soon());
        send("a", Duration.ofSeconds(60));
        // What the agent says now is in the catalog when a later registration is.
        register("b", Duration.ofSeconds(60));
        assertEquals(Optional.of(CheckStatus.CRITICAL), statusOf("a"));
        consul().updateCheck("service:" + service + "-a", CheckStatus.PASSING, "heard", soon());
        eventually(() -> statusOf("a").equals(Optional.of(CheckStatus.PASSING)));
    }

    private Optional<CheckStatus> statusOf(String instance) {
        return consul().instances(service, soon()).stream()
                .filter(i -> i.id().equals(service + "-" + instance))
                .map(ServiceInstance::status)
                .findFirst();
    }

    @Test
    void deregisteringTwiceIsFineAndAnUnknownCheckIsSaidToBeUnknown() {
        consul().deregister(service + "-nobody", soon());
        assertFalse(consul().updateCheck(check("nobody"), CheckStatus.PASSING, "", soon()));
    }

    @Test
    void aTransactionTakesTheLockFromALivingSession() {
        String old = session(Duration.ofSeconds(30));
        consul().acquire(key, "old", old, soon());
        String failoverLock = prefix + "failover";
        String record = prefix + "durability";
        String mine = session(NO_DELAY);
        consul().acquire(failoverLock, "", mine, soon());
        consul().cas(record, "intent", 0, soon());
        long primaryIndex = index();
        long recordIndex = consul().get(record, soon()).orElseThrow().modifyIndex();
        List<TxnOp> takeOver = List.of(
                new TxnOp.CheckSession(failoverLock, mine),
                new TxnOp.Cas(record, "taken over", recordIndex),
                new TxnOp.DeleteCas(key, primaryIndex),
                new TxnOp.Lock(key, "new", mine));
        assertInstanceOf(TxnResult.Committed.class, consul().transact(takeOver, soon()));
        assertEquals(Optional.of(mine), holder());
        assertFalse(consul().acquire(key, "old", old, soon()));
        assertInstanceOf(TxnResult.Refused.class, consul().transact(takeOver, soon()));
    }

    @Test
    void aTransactionWithOneStalePartChangesNothing() {
        String mine = session(NO_DELAY);
        consul().cas(key, "before", 0, soon());
        long stale = index();
        consul().cas(key, "meanwhile", stale, soon());
        String lock = prefix + "lock";
        TxnResult result = consul().transact(
                List.of(new TxnOp.Lock(lock, "", mine), new TxnOp.Cas(key, "after", stale)), soon());
        assertFalse(assertInstanceOf(TxnResult.Refused.class, result).lockDelayed());
        assertEquals("meanwhile", value());
        assertEquals(Optional.empty(), consul().get(lock, soon()));
    }

    @Test
    void aTransactionChecksIndexesAndUnlocks() {
        String mine = session(NO_DELAY);
        consul().acquire(key, "held", mine, soon());
        assertInstanceOf(
                TxnResult.Refused.class,
                consul().transact(
                                List.of(new TxnOp.CheckIndex(key, 1), new TxnOp.Unlock(key, "free", mine)), soon()));
        assertInstanceOf(
                TxnResult.Committed.class,
                consul().transact(
                                List.of(new TxnOp.CheckIndex(key, index()), new TxnOp.Unlock(key, "free", mine)),
                                soon()));
        assertEquals("free", value());
        assertEquals(Optional.empty(), holder());
    }

    @Test
    void everySessionIsAnother() {
        assertNotEquals(session(NO_DELAY), session(NO_DELAY));
    }

    private String session(Duration lockDelay) {
        return consul().createSession(
                new SessionSpec("contract", Duration.ofSeconds(60), lockDelay, Optional.empty(), false), soon());
    }

    private String sessionOn(String instance) {
        return consul().createSession(
                new SessionSpec("contract", Duration.ofSeconds(60), NO_DELAY, Optional.of(check(instance)), false), soon());
    }

    private void register(String instance, Duration ttl) {
        send(instance, ttl);
        eventually(() -> passing(instance));
    }

    private void send(String instance, Duration ttl) {
        consul().register(
                new ServiceSpec(
                        service + "-" + instance,
                        service,
                        "10.1.2.3",
                        3306,
                        List.of("tag"),
                        ttl,
                        CheckStatus.PASSING,
                        Optional.empty()),
                soon());
    }

    private boolean passing(String instance) {
        return instances().stream().anyMatch(i -> i.id().equals(service + "-" + instance) && i.passing());
    }

    private List<Consul.ServiceInstance> instances() {
        return consul().instances(service, soon());
    }

    private String check(String instance) {
        return "service:" + service + "-" + instance;
    }

    private String value() {
        return consul().get(key, soon()).orElseThrow().value();
    }

    private long index() {
        return consul().get(key, soon()).orElseThrow().modifyIndex();
    }

    private Optional<String> holder() {
        return consul().get(key, soon()).flatMap(Consul.KvEntry::session);
    }

    private Deadline soon() {
        return Deadline.after(Duration.ofSeconds(5), ticker());
    }

    private void eventually(BooleanSupplier condition) {
        Deadline bound = Deadline.after(Duration.ofSeconds(20), ticker());
        Optional<Boolean> met = new Poll(sleeper()).until(
                bound, Duration.ofMillis(100), () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
        assertTrue(met.isPresent(), "not within 20 s");
    }
}
