package io.autopilot.mysql.core;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A server_id, never 0, from a node's address: unique addresses of one IPv4 network give unique numbers. An IPv6 address gives
 * a checksum of its bytes, which can collide; replication by GTID then stops with an error, and a setting can assign another.
 */
public record ServerId(long value) {
    public ServerId {
        if (value < 1 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("a server_id is between 1 and 4294967295, not " + value);
        }
    }

    /** From the bytes of an IPv4 or IPv6 address. */
    public static ServerId of(byte[] address) {
        long number = address.length == 4 ? ByteBuffer.wrap(address).getInt() & 0xFFFF_FFFFL : checksum(address);
        return new ServerId(number == 0 ? 1 : number);
    }

    private static long checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return checksum.getValue();
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
