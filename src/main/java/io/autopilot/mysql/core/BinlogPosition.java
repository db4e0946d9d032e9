package io.autopilot.mysql.core;

/**
 * A place in a server's binary log.
 *
 * @param offset bytes from the file's beginning
 */
public record BinlogPosition(String file, long offset) {
    @Override
    public String toString() {
        return file + ":" + offset;
    }
}
