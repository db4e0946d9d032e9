package io.autopilot.mysql.config;

import java.nio.file.Path;
import java.util.Optional;

/** Which store snapshots go to, and how to reach it. Immutable. */
public sealed interface StoreSettings {
    /** A directory that all nodes share. */
    record Local(Path directory) implements StoreSettings {}

    /**
     * A bucket in any S3.
     *
     * @param url {@code http(s)://host[:port]}
     * @param prefix what the names of all objects begin with; empty, or ends with a slash
     * @param region empty: what the host's name says
     * @param caFile authorities to trust in place of the JVM's
     */
    record S3(
            String url,
            String bucket,
            String prefix,
            Optional<String> region,
            Style style,
            String accessKey,
            Secret secretKey,
            Optional<Secret> sessionToken,
            Optional<Path> caFile)
            implements StoreSettings {}

    /** Where an S3 URL has the bucket. */
    enum Style {
        /** In the host's name on AWS, in the path elsewhere. */
        AUTO,
        PATH,
        VIRTUAL
    }

    /**
     * A directory in Manta.
     *
     * @param url {@code http(s)://host[:port]}
     * @param subuser who signs in the account's place
     * @param roles to be taken, as the header has them
     * @param privateKey in PEM
     * @param directory absolute, without a slash at its end
     * @param caFile authorities to trust in place of the JVM's
     * @param anyCertificate nothing is checked of the server's
     */
    record Manta(
            String url,
            String account,
            Optional<String> subuser,
            Optional<String> roles,
            String keyId,
            Secret privateKey,
            String directory,
            Optional<Path> caFile,
            boolean anyCertificate)
            implements StoreSettings {}
}
