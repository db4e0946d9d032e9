package io.autopilot.mysql.adapter.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes that every JVM has. */
final class Digests {
    private Digests() {}

    static byte[] sha256(byte[] content) {
        return digest("SHA-256", content);
    }

    static byte[] md5(byte[] content) {
        return digest("MD5", content);
    }

    private static byte[] digest(String algorithm, byte[] content) {
        try {
            return MessageDigest.getInstance(algorithm).digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
