package io.autopilot.mysql.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.autopilot.mysql.config.Settings.LogLevel;
import java.util.Random;
import org.slf4j.LoggerFactory;

/** One event a line on stderr, with the hook's name and the run on each; made in code, since reading XML would cost each run its time. */
final class LogSetup {
    private LogSetup() {}

    static void configure(String hook, LogLevel level, Random random) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        String run = String.format("%04x", random.nextInt(1 << 16));
        encoder.setPattern(
                "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level hook=" + hook + " run=" + run + " %replace(%msg){'[\\r\\n]+',' '}%n");
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
        context.getLogger("io.autopilot").setLevel(Level.valueOf(level.name()));
    }
}
