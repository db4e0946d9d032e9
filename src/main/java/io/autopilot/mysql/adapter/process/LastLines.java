package io.autopilot.mysql.adapter.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Reads a stream to its end and keeps only the last lines, each cut to a length. Thread-safe. */
final class LastLines {
    private static final int LINES = 20;
    private static final int LENGTH = 500;

    private final Deque<String> lines = new ArrayDeque<>();
    private final StringBuilder current = new StringBuilder();

    /** Returns at the end of the stream, also when its other end was killed. */
    void drain(InputStream stream) {
        byte[] buffer = new byte[8192];
        try (stream) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                add(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            add("\nstandard error could not be read: " + e.getMessage());
        }
        endLine();
    }

    private synchronized void add(String text) {
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\n' || next == '\r') {
                endLine();
            } else if (current.length() < LENGTH) {
                current.append(next);
            }
        }
    }

    private synchronized void endLine() {
        String line = current.toString().strip();
        current.setLength(0);
        if (!line.isEmpty()) {
            lines.addLast(line);
        }
        if (lines.size() > LINES) {
            lines.removeFirst();
        }
    }

    synchronized List<String> read() {
        return List.copyOf(lines);
    }
}
