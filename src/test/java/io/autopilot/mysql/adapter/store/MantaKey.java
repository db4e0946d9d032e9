package io.autopilot.mysql.adapter.store;

import com.joyent.http.signature.KeyFingerprinter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.IOException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/**
 * A key of an account, made anew for each test.
 *
 * @param pem in the form of `ssh-keygen -m PEM`
 * @param id its MD5 fingerprint, as Manta names keys
 */
record MantaKey(PublicKey publicKey, String pem, String id) {
    static MantaKey make() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            StringWriter pem = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
                writer.writeObject(pair.getPrivate());
            }
            return new MantaKey(pair.getPublic(), pem.toString(), KeyFingerprinter.md5Fingerprint(pair));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
