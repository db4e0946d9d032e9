package com.twmacinta.util;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Stands in for the class of this name in the library "Fast MD5", which the Manta client checks uploads with: that one is under the LGPL and
 * in older versions not free at all, and this JDK's own is faster. It has what is called for an upload in one request, and no more; what it
 * computes is the JDK's. For one thread.
 */
@SuppressWarnings("MemberName") // the client calls these names
public final class MD5 {
    private final MessageDigest digest;

    public MD5() {
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public void Init() {
        digest.reset();
    }

    public void Update(byte in) {
        digest.update(in);
    }

    public void Update(byte[] in, int offset, int length) {
        digest.update(in, offset, length);
    }

    /** The hash; a second call gives that of nothing. */
    public byte[] Final() {
        return digest.digest();
    }
}
