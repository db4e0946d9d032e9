package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.store.FaultyProxy.Exchange;
import io.autopilot.mysql.adapter.store.FaultyProxy.Fault;
import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import io.autopilot.mysql.port.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store over a network makes of networks and servers that do what they do. */
@Timeout(20)
abstract class StoreFaults {
    private static final Ticker TICKER = new ProcTicker(Path.of("/proc"));
    private static final Limits QUICK =
            new Limits(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(10), 32 << 10);
    /** With a limit of its own for what only is slow. */
    private static final Limits PATIENT =
            new Limits(Duration.ofSeconds(2), Duration.ofSeconds(8), Duration.ofSeconds(10), Duration.ofSeconds(10), 32 << 10);
    private static final Fault BUSY = exchange -> exchange.answer(503, "", "");

    private FaultyProxy proxy;
    private SnapshotStore store;

    /** A store of one try, on a server behind the proxy. */
    abstract SnapshotStore once(String url, Limits limits);

    abstract int server();

    /** How the server says that one may not. */
    abstract Fault forbidding();

    /** What the message then says of what to do. */
    abstract String remedy();

    /** The variable that names the server. */
    abstract String urlVariable();

    @BeforeEach
    void proxy() throws IOException {
        proxy = new FaultyProxy(server());
        store = retrying(once(proxy.url(), QUICK));
    }

    @AfterEach
    void end() throws IOException {
        proxy.close();
    }

    private static SnapshotStore retrying(SnapshotStore store) {
        return new RetryingStore(() -> store, new ThreadSleeper(), new Random());
    }

    private static Deadline within(long millis) {
        return Deadline.after(Duration.ofMillis(millis), TICKER);
    }

    private static byte[] bytes(int number) {
        byte[] bytes = new byte[number];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private static StoreException failure(Duration atMost, Callable<?> call) {
        Duration began = TICKER.uptime();
        StoreException failure = assertThrows(StoreException.class, call::call);
        Duration took = TICKER.uptime().minus(began);
        assertTrue(took.compareTo(atMost) <= 0, () -> "took " + took + ": " + failure.getMessage());
        return failure;
    }

    private static void assertSaid(StoreException failure, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(failure.getMessage()).contains(word), failure::getMessage);
        }
    }

    private Callable<?> putting(SnapshotStore into, byte[] content, long millis) {
        return () -> {
            into.put("object", content, within(millis));
            return content;
        };
    }

    @Test
    void whatABusyServerRefusesIsSentAgain() {
        byte[] content = bytes(100_000);
        proxy.next("PUT", exchange -> exchange.answer(500, "", "oops"), BUSY, Exchange::reset);
        store.put("object", content, within(15_000));
        assertEquals(4, proxy.requests("PUT"));
        proxy.next("GET", BUSY, exchange -> exchange.answer(429, "", ""), Exchange::reset);
        assertArrayEquals(content, store.get("object", content.length, within(15_000)).orElseThrow());
        proxy.next("DELETE", BUSY);
        store.delete("object", within(15_000));
        proxy.next("GET", exchange -> exchange.answer(502, "", "<html>"));
        assertEquals(List.of(), store.list(within(15_000)));
    }

    @Test
    void anAnswerThatIsLostIsNoObstacleForTheSecondTry() {
        byte[] content = bytes(1000);
        proxy.next("PUT", Exchange::lose);
        store.put("object", content, within(15_000));
        assertArrayEquals(content, store.get("object", content.length, within(15_000)).orElseThrow());
    }

    @Test
    void aServerThatSaysWhenToComeAgainIsHeard() {
        proxy.always("PUT", exchange -> exchange.answer(503, "Retry-After: 7\r\n", ""));
        StoreException failure = failure(Duration.ofSeconds(5), putting(once(proxy.url(), QUICK), bytes(10), 15_000));
        assertEquals(Optional.of(Duration.ofSeconds(7)), failure.retryAfter());
        assertSaid(failure(Duration.ofSeconds(2), putting(store, bytes(10), 5_000)), "503", "asks for 7s");
    }

    @Test
    void aServerThatStaysBusyIsGivenUpAtTheDeadline() {
        proxy.always("PUT", BUSY);
        StoreException failure = failure(Duration.ofSeconds(4), putting(store, bytes(10), 3_000));
        assertTrue(failure.isTransient());
        assertSaid(failure, proxy.url(), "object", "503", "tried ");
        assertTrue(proxy.requests("PUT") >= 3, () -> proxy.requests("PUT") + " tries");
    }

    @Test
    void whatIsForbiddenIsAskedOnce() {
        proxy.always("PUT", forbidding());
        StoreException failure = failure(Duration.ofSeconds(5), putting(store, bytes(10), 15_000));
        assertFalse(failure.isTransient());
        assertEquals(1, proxy.requests("PUT"));
        assertSaid(failure, proxy.url(), "object", remedy());
    }

    @Test
    void silenceIsNotWaitedOutForLong() {
        StoreException put = failure(Duration.ofSeconds(5), () -> {
            proxy.next("PUT", Exchange::swallow);
            return putting(once(proxy.url(), QUICK), bytes(10), 15_000).call();
        });
        assertTrue(put.isTransient());
        assertSaid(put, "object", "nothing came or went for 1s");
        proxy.next("GET", Exchange::swallow);
        assertSaid(failure(Duration.ofSeconds(5), () -> once(proxy.url(), QUICK).list(within(15_000))), "nothing came or went for 1s");
    }

    @Test
    void aServerThatTakesNoMoreOfAPartIsNotWaitedOutForLong() {
        proxy.next("PUT", Exchange::stall);
        byte[] large = bytes(16 << 20);
        StoreException failure = failure(Duration.ofSeconds(8), putting(once(proxy.url(), QUICK), large, 15_000));
        assertTrue(failure.isTransient());
        assertSaid(failure, "object", "nothing came or went for 1s");
    }

    @Test
    void aSilentServerIsTriedAgain() {
        byte[] content = bytes(1000);
        proxy.next("HEAD", Exchange::swallow);
        proxy.next("PUT", Exchange::swallow);
        store.put("object", content, within(15_000));
        proxy.next("GET", Exchange::swallow);
        assertArrayEquals(content, store.get("object", content.length, within(15_000)).orElseThrow());
    }

    @Test
    void aSlowServerIsWaitedForUntilTheDeadlineOnly() {
        byte[] content = bytes(200_000);
        Fault slow = exchange -> exchange.pass(100_000, Long.MAX_VALUE, 0);
        SnapshotStore patient = once(proxy.url(), PATIENT);
        proxy.next("PUT", slow);
        patient.put("object", content, within(15_000));
        proxy.next("GET", slow, slow);
        assertArrayEquals(content, patient.get("object", content.length, within(15_000)).orElseThrow());
        StoreException failure = failure(Duration.ofMillis(1_900), () -> patient.get("object", content.length, within(1_000)));
        assertSaid(failure, "object", "it wasn't done in");
    }

    @Test
    void aServerThatTricklesIsGivenUpOnByTheRateThatItHasToHave() {
        byte[] content = bytes(200_000);
        Limits impatient = new Limits(Duration.ofSeconds(2), Duration.ofSeconds(8), Duration.ofSeconds(1), Duration.ofSeconds(1), 1 << 20);
        proxy.next("PUT", exchange -> exchange.pass(20_000, Long.MAX_VALUE, 0));
        StoreException failure = failure(Duration.ofSeconds(5), putting(once(proxy.url(), impatient), content, 15_000));
        assertTrue(failure.isTransient());
        assertSaid(failure, "it wasn't done in 1s");
    }

    @Test
    void anAnswerThatIsCutIsReadAgain() {
        byte[] content = bytes(100_000);
        store.put("object", content, within(15_000));
        proxy.next("GET", exchange -> exchange.pass(Long.MAX_VALUE, 50_000, 0));
        assertArrayEquals(content, store.get("object", content.length, within(15_000)).orElseThrow());
    }

    @Test
    void aLengthThatIsNotTheTruthIsFound() {
        byte[] content = bytes(100_000);
        store.put("object", content, within(15_000));
        proxy.next("GET", exchange -> exchange.pass(Long.MAX_VALUE, Long.MAX_VALUE, 10), exchange -> exchange.pass(Long.MAX_VALUE, Long.MAX_VALUE, -10));
        assertArrayEquals(content, store.get("object", content.length + 10, within(15_000)).orElseThrow());
        assertEquals(3, proxy.requests("GET"));
        proxy.always("GET", exchange -> exchange.pass(Long.MAX_VALUE, Long.MAX_VALUE, -10));
        StoreException failure = failure(Duration.ofSeconds(4), () -> store.get("object", content.length, within(2_000)));
        assertSaid(failure, "object", "99990 bytes with another hash");
    }

    @Test
    void whereNothingListensIsSaid() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        SnapshotStore nobody = retrying(once("http://127.0.0.1:" + port, QUICK));
        StoreException failure = failure(Duration.ofSeconds(5), () -> {
            nobody.check(within(1_000));
            return nobody;
        });
        assertTrue(failure.isTransient());
        assertSaid(failure, "127.0.0.1:" + port, "nothing answers there", urlVariable());
    }

    @Test
    void whatAnswersOtherThanInItsProtocolIsNotTriedAgain() {
        proxy.always("PUT", exchange -> exchange.answer(405, "Content-Type: text/html\r\n", "<html>no</html>"));
        StoreException failure = failure(Duration.ofSeconds(5), putting(store, bytes(10), 15_000));
        assertFalse(failure.isTransient());
        assertSaid(failure, "object", "405");
        assertEquals(1, proxy.requests("PUT"));
    }
}
