package io.autopilot.mysql.hook;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Counts the bytes of one stream as they pass and, if wanted, hashes them. Not thread-safe. */
final class Meter {
    private final Optional<MessageDigest> digest;
    private final LongConsumer listener;
    private long bytes;

    private Meter(Optional<MessageDigest> digest, LongConsumer listener) {
        this.digest = digest;
        this.listener = listener;
    }

    static Meter counting() {
        return telling(bytes -> {});
    }

    /** Says of all bytes how many have just passed. */
    static Meter telling(LongConsumer listener) {
        return new Meter(Optional.empty(), listener);
    }

    static Meter hashing() {
        return new Meter(Optional.of(digest()), bytes -> {});
    }

    /** Of all of these bytes, in small hexadecimal digits. */
    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    long bytes() {
        return bytes;
    }

    /** In small hexadecimal digits; to be asked once, at the end. */
    String sha256() {
        return HexFormat.of().formatHex(digest.orElseThrow().digest());
    }

    private void passed(byte[] buffer, int offset, int length) {
        bytes += length;
        digest.ifPresent(d -> d.update(buffer, offset, length));
        listener.accept(length);
    }

    /** Closing it flushes but does not close what is behind it. */
    OutputStream before(OutputStream out) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                out.write(buffer, offset, length);
                passed(buffer, offset, length);
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }
        };
    }

    InputStream behind(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = in.read(buffer, offset, length);
                if (count > 0) {
                    passed(buffer, offset, count);
                }
                return count;
            }

            @Override
            public long skip(long count) throws IOException {
                // Read, or they would not be counted.
                int read = read(new byte[Math.clamp(count, 0, 8192)]);
                return Math.max(read, 0);
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        };
    }
}
