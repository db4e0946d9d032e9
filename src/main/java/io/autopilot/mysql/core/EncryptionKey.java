package io.autopilot.mysql.core;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of AES-256-GCM (NIST SP 800-38D). What it seals is a nonce of 12 random bytes, the cipher text and a tag of 16 bytes. Never printed.
 * Immutable, thread-safe.
 */
public final class EncryptionKey {
    /** Bytes of a key. */
    public static final int BYTES = 32;

    /** By how much what is sealed is longer. */
    public static final int OVERHEAD = 12 + 16;

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int ID_DIGITS = 16;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String MAC = "HmacSHA256";

    private final SecretKey key;
    private final SecretKey macKey;
    private final String id;

    /**
     * A key of these bytes.
     *
     * @throws IllegalArgumentException when they aren't 32
     */
    public EncryptionKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + bytes.length);
        }
        this.key = new SecretKeySpec(bytes, "AES");
        this.macKey = derived("AES-256-GCM parts: manifest", MAC);
        this.id = HexFormat.of().formatHex(derived("AES-256-GCM parts: id", "id").getEncoded()).substring(0, ID_DIGITS);
    }

    /** Each purpose has a key of its own (RFC 5869), from none of which the others can be told. */
    private SecretKey derived(String purpose, String algorithm) {
        try {
            HKDFParameterSpec parameters =
                    HKDFParameterSpec.ofExtract().addIKM(key).thenExpand(purpose.getBytes(StandardCharsets.UTF_8), BYTES);
            return KDF.getInstance("HKDF-SHA256").deriveKey(algorithm, parameters);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("JDK 25 has HKDF", e);
        }
    }

    /** Tells it from other keys and gives nothing away; what is stored says by it which key opens it. */
    public String id() {
        return id;
    }

    /**
     * Encrypts.
     *
     * @param length of the content in the array
     * @param context what it belongs to: it can be opened only with the same
     */
    public byte[] seal(byte[] content, int length, String context, RandomGenerator random) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] sealed = Arrays.copyOf(nonce, length + OVERHEAD);
        try {
            cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(content, 0, length, sealed, NONCE);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** Decrypts. Empty: it was not sealed with this key and this context, or has been altered. */
    public Optional<byte[]> open(byte[] sealed, String context) {
        if (sealed.length < OVERHEAD) {
            return Optional.empty();
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), context);
            return Optional.of(cipher.doFinal(sealed, NONCE, sealed.length - NONCE));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** What only who has the key can tell of a text, in hexadecimal digits. */
    public String sign(byte[] text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(macKey);
            return HexFormat.of().formatHex(mac.doFinal(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC", e);
        }
    }

    /** Whether that is what {@link #sign} says of the text; takes the same time whatever it is. */
    public boolean signed(byte[] text, String signature) {
        return MessageDigest.isEqual(sign(text).getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return "key " + id;
    }
}
