package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.port.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Lets an xbstream pass and reads along: keeps a few small files, checks every chunk's checksum, that every file is complete and that no
 * path leads out of the directory, which the {@code xbstream} program doesn't. Constant memory.
 *
 * <p>Source of the format: Percona XtraBackup, xbstream.h. A stream is a sequence of chunks, numbers little-endian: magic, flags, type, length of
 * the path and path; then for P (payload) and S (sparse payload) its length, offset and CRC-32; E ends a file. S has a number of
 * ranges before that and the ranges, 8 bytes each, after it.
 */
final class XbstreamPass {
    /** What is wrong with a stream, in words. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    private static final byte[] MAGIC = "XBSTCK01".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD = MAGIC.length + 1 + 1 + 4;
    private static final int LONGEST_PATH = 4096;
    private static final int MOST_RANGES = 1 << 20;
    private static final int LARGEST_KEPT = 1 << 20;

    private final Set<String> wanted;
    private final Map<String, ByteArrayOutputStream> kept = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private final byte[] buffer = new byte[256 << 10];

    /**
     * @param wanted paths of the files to keep, of which no more than 1 MiB each is kept
     */
    XbstreamPass(Set<String> wanted) {
        this.wanted = Set.copyOf(wanted);
    }

    /** A file that was wanted, as text; empty when it didn't come by. */
    Optional<String> kept(String path) {
        return Optional.ofNullable(kept.get(path)).map(bytes -> bytes.toString(StandardCharsets.UTF_8));
    }

    /**
     * Copies the stream to its end. A chunk is written only after its path was found harmless.
     *
     * @throws DamagedException when it is no whole xbstream
     * @throws IOException thrown by the streams
     */
    void copy(InputStream in, OutputStream out, Deadline deadline) throws IOException {
        byte[] head = in.readNBytes(HEAD);
        while (head.length > 0) {
            if (deadline.expired()) {
                throw new DamagedException("time is up");
            }
            copyChunk(head, in, out);
            head = in.readNBytes(HEAD);
        }
        if (!open.isEmpty()) {
            throw new DamagedException("the stream ends before " + open.iterator().next() + " is complete");
        }
        out.flush();
    }

    private void copyChunk(byte[] head, InputStream in, OutputStream out) throws IOException {
        if (head.length < HEAD || !Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new DamagedException("no chunk of an xbstream where one must begin");
        }
        byte[] pathBytes = read(in, number(head, HEAD - 4, 4), LONGEST_PATH);
        String path = plain(new String(pathBytes, StandardCharsets.UTF_8));
        out.write(head);
        out.write(pathBytes);
        char type = (char) head[MAGIC.length + 1];
        switch (type) {
            case 'E' -> open.remove(path);
            case 'P' -> copyPayload(path, false, in, out);
            case 'S' -> copyPayload(path, true, in, out);
            default -> throw new DamagedException("unknown type of chunk '" + type + "' for " + path);
        }
    }

    private void copyPayload(String path, boolean sparse, InputStream in, OutputStream out) throws IOException {
        open.add(path);
        long ranges = 0;
        if (sparse) {
            byte[] count = read(in, 4, 4);
            ranges = number(count, 0, 4);
            out.write(count);
        }
        byte[] sizes = read(in, 8 + 8 + 4, 20);
        out.write(sizes);
        out.write(read(in, ranges * 8, MOST_RANGES * 8L));
        CRC32 crc = new CRC32();
        for (long left = number(sizes, 0, 8); left > 0; ) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new DamagedException("the stream ends within " + path);
            }
            crc.update(buffer, 0, count);
            out.write(buffer, 0, count);
            keep(path, count);
            left -= count;
        }
        if (crc.getValue() != number(sizes, 16, 4)) {
            throw new DamagedException("wrong checksum in " + path);
        }
    }

    private void keep(String path, int count) {
        if (!wanted.contains(path)) {
            return;
        }
        ByteArrayOutputStream bytes = kept.computeIfAbsent(path, p -> new ByteArrayOutputStream());
        bytes.write(buffer, 0, Math.min(count, LARGEST_KEPT - bytes.size()));
    }

    private static byte[] read(InputStream in, long count, long most) throws IOException {
        if (count < 0 || count > most) {
            throw new DamagedException("a length of " + count + " bytes where at most " + most + " make sense");
        }
        byte[] bytes = in.readNBytes((int) count);
        if (bytes.length < count) {
            throw new DamagedException("the stream ends within a chunk's head");
        }
        return bytes;
    }

    private static long number(byte[] bytes, int at, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return length == 4 ? Integer.toUnsignedLong(buffer.getInt(at)) : buffer.getLong(at);
    }

    private static String plain(String path) throws DamagedException {
        String plain = path.startsWith("./") ? path.substring(2) : path;
        boolean harmful = plain.isEmpty()
                || plain.startsWith("/")
                || plain.indexOf('\0') >= 0
                || Arrays.asList(plain.split("/", -1)).contains("..");
        if (harmful) {
            throw new DamagedException("the stream's file '" + path + "' leads out of the directory");
        }
        return plain;
    }
}
