package io.autopilot.mysql.cli;

import io.autopilot.mysql.pilot.Launcher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs hooks for a supervisor that starts a program for each, and for scripts: that program is then a script that asks here, over loopback,
 * and ends with the answer (docs/decisions/0019). Who asks has read the port and a token from a file that root alone can read. One request a connection:
 * {@code TOKEN health} and a line end; the answer is {@code ok}, and the exit code in a second line. A run whose asker hangs up is given up, as
 * a process that is killed is. Safe for several threads.
 */
final class HookServer implements AutoCloseable {
    /** The file's name in the run directory, as the script {@code manage} knows it. */
    static final String NOTE = "hooks";

    private static final Logger LOG = LoggerFactory.getLogger(HookServer.class);
    private static final int WAITING = 16;
    private static final int TOKEN_BYTES = 16;
    private static final Duration REQUEST = Duration.ofSeconds(2);

    private final ServerSocket socket;
    private final byte[] token;
    private final Launcher hooks;
    private final Map<String, String> environment;

    private HookServer(ServerSocket socket, byte[] token, Launcher hooks, Map<String, String> environment) {
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
        return new HookServer(socket, token.getBytes(StandardCharsets.US_ASCII), hooks, environment);
    }

    /** Serves for the rest of this process's life; when that can't be, the scripts go on by themselves. */
    static void inBackground(Path note, Launcher hooks, Map<String, String> environment) {
        Thread.ofPlatform().daemon().name("hooks").start(() -> {
            try (HookServer server = open(note, hooks, environment)) {
                server.serve();
            } catch (IOException e) {
                LOG.warn("event=no-hooks-for-scripts reason=\"{}\"", e.toString());
            }
        });
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
            InputStream in = asker.getInputStream();
            // Of who doesn't know the token nothing more is read.
            boolean mayAsk = MessageDigest.isEqual(in.readNBytes(token.length), token);
            List<String> command = mayAsk ? command(in) : List.of();
            if (!ResidentHooks.isResident(command)) {
                LOG.warn("event=refused reason=\"not asked for a hook, or without the token\"");
                return;
            }
            asker.setSoTimeout(0);
            serve(hooks.start(command, environment), asker);
        } catch (IOException e) {
            LOG.debug("event=asker-gone reason=\"{}\"", e.toString());
        }
    }

    private static List<String> command(InputStream in) throws IOException {
        String rest = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
        return rest == null ? List.of() : List.of(("manage" + rest).split(" "));
    }

    /** Until it has ended, which closes the connection, or until the asker has hung up. */
    private static void serve(Launcher.Run run, Socket asker) throws IOException {
        try {
            OutputStream out = asker.getOutputStream();
            say(out, "ok");
            run.onExit(status -> end(asker, out, status));
            asker.getInputStream().transferTo(OutputStream.nullOutputStream());
        } finally {
            run.kill();
        }
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

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
