package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.port.ConsulException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class WaitingTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Waiting.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final VirtualTime time = new VirtualTime();
    private final Waiting waiting = new Waiting(time);

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
    }

    @Test
    void reasonsThatComeAgainAndAgainAreSaidOnceEach() {
        Iterator<String> failures = Stream.of("refused", "timed out", "refused", "timed out").iterator();
        Optional<String> answer = waiting.until(time.in(Duration.ofMinutes(1)), () -> {
            waiting.because(new Reason("no snapshot yet"));
            if (!failures.hasNext()) {
                return Optional.of("found");
            }
            throw new ConsulException(failures.next(), null);
        });
        assertEquals(Optional.of("found"), answer);
        assertEquals(
                List.of(
                        "event=waiting reason=\"no snapshot yet\"",
                        "event=waiting reason=\"Consul can't be reached: refused\"",
                        "event=waiting reason=\"Consul can't be reached: timed out\""),
                log.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    }

    @Test
    void theLastReasonIsThatOfTheEnd() {
        assertTrue(waiting.until(time.in(Duration.ofSeconds(5)), () -> {
                    waiting.because(new Reason("no snapshot yet"));
                    return Optional.empty();
                })
                .isEmpty());
        assertEquals(Outcome.tryLater("Wait", new Reason("no snapshot yet")), waiting.tooLong());
    }
}
