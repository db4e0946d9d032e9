import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;

/** Makes a JVM's trust store of a bundle in PEM, so that the container trusts the authorities that its host trusts. */
final class TrustStore {
    public static void main(String[] args) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int count = 0;
        try (InputStream bundle = Files.newInputStream(Path.of(args[0]))) {
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(bundle)) {
                store.setCertificateEntry("ca" + count++, authority);
            }
        }
        try (OutputStream out = Files.newOutputStream(Path.of(args[1]))) {
            // The store holds public certificates only; a JVM reads one without a password, but can't write one so.
            store.store(out, "changeit".toCharArray());
        }
    }
}
