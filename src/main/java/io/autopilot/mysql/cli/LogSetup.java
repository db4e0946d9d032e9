package io.autopilot.mysql.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.autopilot.mysql.config.Settings.LogLevel;
import java.util.Map;
import java.util.Random;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One event a line on stderr, with the hook's name and the run on each; made in code, since reading XML would cost each run its time. */
final class LogSetup {
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level hook=%X{hook} run=%X{run} %replace(%msg){'[\\r\\n]+',' '}%n";

    private static boolean made;

    private LogSetup() {}

    /** Before several threads have something to say: slf4j gives them a substitute while it is being set up (seen: lines without a hook's name). */
    static void load() {
        LoggerFactory.getILoggerFactory();
    }

    /** What the calling thread says from now on is said by this hook, in a run of its own. */
    static void configure(String hook, LogLevel level, Random random) {
        MDC.setContextMap(Map.of("hook", hook, "run", String.format("%04x", random.nextInt(1 << 16))));
        makeOnce(level);
    }

    private static synchronized void makeOnce(LogLevel level) {
        if (!made) {
            make(level);
            made = true;
        }
    }

    /** The same work for another thread, which speaks as the calling one does. */
    static Runnable carried(Runnable work) {
        Map<String, String> speaker = MDC.getCopyOfContextMap();
        return speaker == null ? work : () -> {
            MDC.setContextMap(speaker);
            work.run();
        };
    }

    private static void make(LogLevel level) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(encoder);
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        // Libraries speak up only when something is wrong; this project's own words follow LOG_LEVEL.
        root.setLevel(Level.WARN);
        // It warns of each answer that it can't read, and adds the request; what failed is said by who called it.
        context.getLogger("com.joyent").setLevel(Level.ERROR);
        context.getLogger("io.autopilot").setLevel(Level.valueOf(level.name()));
    }
}
