package io.autopilot.mysql.cli;

import io.autopilot.mysql.pilot.Launcher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs hooks for a supervisor that starts a program for each: that program is then a script that asks here, over loopback, and ends with the
 * answer (docs/decisions/0019). Who asks has read the port and a token from a file that root alone can read. One request a connection:
 * {@code TOKEN health} and a line end; the answer is {@code ok}, and the exit code in a second line. A run whose asker hangs up is given up, as
 * a process that is killed is. Safe for several threads.
 */
final class HookServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HookServer.class);
    private static final int WAITING = 16;
    private static final int TOKEN_BYTES = 16;
    private static final Duration REQUEST = Duration.ofSeconds(2);

    private final ServerSocket socket;
    private final String token;
    private final Launcher hooks;
    private final Map<String, String> environment;

    private HookServer(ServerSocket socket, String token, Launcher hooks, Map<String, String> environment) {
        this.socket = socket;
        this.token = token;
        this.hooks = hooks;
        this.environment = environment;
    }

    /**
     * Listens from now on.
     *
     * @param note where to ask: a line with the port and the token; replaces the one of a process before
     * @param environment of every run
     */
    static HookServer open(Path note, Launcher hooks, Map<String, String> environment) throws IOException {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String token = HexFormat.of().formatHex(random);
        ServerSocket socket = new ServerSocket(0, WAITING, InetAddress.getLoopbackAddress());
        Path fresh = note.resolveSibling(note.getFileName() + ".new");
        Files.createDirectories(note.toAbsolutePath().getParent());
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, socket.getLocalPort() + " " + token + "\n");
        Files.move(fresh, note, StandardCopyOption.ATOMIC_MOVE);
        return new HookServer(socket, token, hooks, environment);
    }

    /** Serves until it is closed. */
    void serve() throws IOException {
        while (!socket.isClosed()) {
            try {
                Socket asker = socket.accept();
                Thread.ofPlatform().daemon().name("asker").start(() -> answer(asker));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw e;
                }
            }
        }
    }

    private void answer(Socket asker) {
        try (asker) {
            asker.setSoTimeout(Math.toIntExact(REQUEST.toMillis()));
            BufferedReader in = new BufferedReader(new InputStreamReader(asker.getInputStream(), StandardCharsets.UTF_8));
            String request = in.readLine();
            String[] words = request == null ? new String[0] : request.split(" ");
            List<String> command = Stream.concat(Stream.of("manage"), Stream.of(words).skip(1)).toList();
            if (words.length < 2 || !isToken(words[0]) || !ResidentHooks.isResident(command)) {
                LOG.warn("event=refused reason=\"not asked for a hook, or without the token\"");
                return;
            }
            Launcher.Run run = hooks.start(command, environment);
            OutputStream out = asker.getOutputStream();
            say(out, "ok");
            run.onExit(status -> end(asker, out, status));
            asker.setSoTimeout(0);
            awaitHangUp(in);
            run.kill();
        } catch (IOException e) {
            LOG.debug("event=asker-gone reason=\"{}\"", e.toString());
        }
    }

    private boolean isToken(String word) {
        return MessageDigest.isEqual(word.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Whoever waits for the asker to hang up is woken, too. */
    private static void end(Socket asker, OutputStream out, int status) {
        try (asker) {
            say(out, Integer.toString(status));
        } catch (IOException e) {
            LOG.debug("event=asker-gone reason=\"{}\"", e.toString());
        }
    }

    private static void awaitHangUp(BufferedReader in) {
        try {
            while (in.readLine() != null) {
                // Nothing else is asked on this connection.
            }
        } catch (IOException e) {
            LOG.trace("event=hung-up reason=\"{}\"", e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
