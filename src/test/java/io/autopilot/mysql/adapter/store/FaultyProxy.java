package io.autopilot.mysql.adapter.store;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between a client and its HTTP server, and does to single requests what networks and busy servers do. It has one request on a
 * connection, so that each meets the fault that is meant for it.
 */
final class FaultyProxy implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
    private static final int CHUNK = 8 << 10;

    private final ServerSocket listening;
    private final int upstream;
    private final Map<String, Queue<Fault>> next = new HashMap<>();
    private final Map<String, Fault> always = new HashMap<>();
    private final Map<String, Integer> requests = new HashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What becomes of one request. */
    interface Fault {
        void on(Exchange exchange) throws IOException, InterruptedException;
    }

    FaultyProxy(int upstream) throws IOException {
        this.upstream = upstream;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    /** The next requests of that method meet these, one each. */
    synchronized void next(String method, Fault... faults) {
        next.computeIfAbsent(method, m -> new ArrayDeque<>()).addAll(Arrays.asList(faults));
    }

    /** All requests of that method that meet none of the above. */
    synchronized void always(String method, Fault fault) {
        always.put(method, fault);
    }

    synchronized int requests(String method) {
        return requests.getOrDefault(method, 0);
    }

    private synchronized Fault faultOf(String method) {
        requests.merge(method, 1, Integer::sum);
        Queue<Fault> queue = next.getOrDefault(method, new ArrayDeque<>());
        return queue.isEmpty() ? always.getOrDefault(method, Exchange::pass) : queue.remove();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            Exchange exchange = new Exchange(client, head(client.getInputStream()));
            faultOf(exchange.method()).on(exchange);
        } catch (IOException | InterruptedException e) {
            // One side has gone, as it does in these tests.
        } finally {
            open.remove(client);
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static long length(String head) {
        Matcher length = LENGTH.matcher(head);
        return length.find() ? Long.parseLong(length.group(1)) : 0;
    }

    private static byte[] ofHead(String head) {
        return head.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A request whose head has come. */
    final class Exchange {
        private final Socket client;
        private final String head;

        private Exchange(Socket client, String head) {
            this.client = client;
            this.head = head;
        }

        String method() {
            return head.substring(0, head.indexOf(' '));
        }

        void pass() throws IOException {
            pass(Long.MAX_VALUE, Long.MAX_VALUE, 0);
        }

        /**
         * Passes it and its answer on.
         *
         * @param bytesPerSecond either way
         * @param most bytes of the answer's body, then the connection ends
         * @param lie what the answer's length is said to be more than it is
         */
        void pass(long bytesPerSecond, long most, long lie) throws IOException {
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
                OutputStream out = server.getOutputStream();
                out.write(ofHead(once(head)));
                copy(client.getInputStream(), out, length(head), bytesPerSecond);
                InputStream in = server.getInputStream();
                String answer = head(in);
                long length = length(answer);
                String told = lie == 0 ? answer : LENGTH.matcher(answer).replaceFirst("Content-Length: " + (length + lie));
                client.getOutputStream().write(ofHead(once(told)));
                copy(in, client.getOutputStream(), most, bytesPerSecond);
            }
        }

        /** Passes it on, and loses the answer. */
        void lose() throws IOException {
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
                server.getOutputStream().write(ofHead(once(head)));
                copy(client.getInputStream(), server.getOutputStream(), length(head), Long.MAX_VALUE);
                head(server.getInputStream());
            }
        }

        private static String once(String head) {
            return head.replaceFirst("(?im)^connection: .*\r\n", "").replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
        }

        private static void copy(InputStream in, OutputStream out, long most, long bytesPerSecond) throws IOException {
            byte[] buffer = new byte[CHUNK];
            long begin = System.nanoTime();
            long copied = 0;
            while (copied < most) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, most - copied));
                if (read < 0) {
                    return;
                }
                out.write(buffer, 0, read);
                copied += read;
                LockSupport.parkNanos(begin + Math.round(copied * 1e9 / bytesPerSecond) - System.nanoTime());
            }
        }

        /** In the server's place, after the whole request has come. */
        void answer(int status, String headers, String body) throws IOException {
            client.getInputStream().skipNBytes(length(head));
            client.getOutputStream().write(ofHead("HTTP/1.1 " + status + " Said\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n" + headers + "\r\n" + (method().equals("HEAD") ? "" : body)));
        }

        void reset() throws IOException {
            client.setSoLinger(true, 0);
        }

        /** Takes nothing more, and gives nothing. */
        void stall() throws InterruptedException {
            closed.await();
        }

        /** Takes the whole request, and gives nothing. */
        void swallow() throws IOException, InterruptedException {
            client.getInputStream().skipNBytes(length(head));
            closed.await();
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
