package io.autopilot.mysql.config;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads how to reach a bucket, under today's names of the variables or under the predecessor's. */
final class S3Reader {
    /** What the client library takes. */
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{1,61}[A-Za-z0-9]");

    private static final Pattern REGION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9!_'()-][A-Za-z0-9!_.*'()-]*(/[A-Za-z0-9!_'()-][A-Za-z0-9!_.*'()-]*)*");

    private final Values values;

    S3Reader(Values values) {
        this.values = values;
    }

    /**
     * Reads it.
     *
     * @param minioTls whether MINIO_URL speaks HTTPS
     * @param aws whether AWS is meant when no URL is given
     */
    StoreSettings read(boolean minioTls, boolean aws) {
        Optional<String> region = either(Setting.S3_REGION, Setting.MINIO_LOCATION)
                .filter(matching(Setting.S3_REGION, REGION, "is no region; write it as in us-east-1"));
        String url = url(minioTls, aws, region);
        return new StoreSettings.S3(
                url,
                bucket(),
                prefix(),
                region,
                values.oneOf(Setting.S3_STYLE, StoreSettings.Style.class),
                required(Setting.S3_ACCESS_KEY, Setting.MINIO_ACCESS_KEY),
                new Secret(required(Setting.S3_SECRET_KEY, Setting.MINIO_SECRET_KEY)),
                values.secret(Setting.S3_SESSION_TOKEN),
                values.authorities(Setting.S3_CACERT, Setting.S3_URL, StoreReader.isTls(url)));
    }

    private String url(boolean minioTls, boolean aws, Optional<String> region) {
        Optional<String> given = values.given(Setting.S3_URL);
        Optional<String> old = values.given(Setting.MINIO_URL);
        if (given.isPresent() && old.isPresent()) {
            values.problem(Setting.MINIO_URL, "contradicts S3_URL; set one of them");
        }
        if (given.isPresent()) {
            return checked(Setting.S3_URL, given.get());
        }
        if (old.isPresent()) {
            return checked(Setting.MINIO_URL, withScheme(old.get(), minioTls));
        }
        if (!aws) {
            values.problem(Setting.MINIO_URL, "is missing; write host:port, and MINIO_TLS_SECURE=1 when it speaks HTTPS");
        }
        return "https://s3." + region.map(name -> name + ".").orElse("") + "amazonaws.com";
    }

    private String withScheme(String url, boolean tls) {
        if (!url.contains("://")) {
            return (tls ? "https://" : "http://") + url;
        }
        if (tls && url.startsWith("http:")) {
            values.problem(Setting.MINIO_TLS_SECURE, "contradicts http:// in MINIO_URL");
        }
        return url;
    }

    private String checked(Setting setting, String url) {
        return StoreReader.url(url).orElseGet(() -> {
            values.problem(
                    setting,
                    "'" + values.text(setting) + "' is no address of a server; write "
                            + (setting == Setting.S3_URL ? "https://host or http://host:port" : "host:port")
                            + ", the bucket goes into S3_BUCKET");
            return "http://invalid";
        });
    }

    private String bucket() {
        String bucket = required(Setting.S3_BUCKET, Setting.MINIO_BUCKET);
        if (!bucket.isEmpty() && !BUCKET.matcher(bucket).matches()) {
            values.problem(
                    namedBy(Setting.S3_BUCKET, Setting.MINIO_BUCKET),
                    "'" + bucket + "' is no bucket's name: 3 to 63 letters, digits, '-' and '.'; what goes before objects' names is S3_PREFIX");
        }
        return bucket;
    }

    private String prefix() {
        String prefix = values.text(Setting.S3_PREFIX).replaceAll("^/+|/+$", "");
        if (prefix.isEmpty()) {
            return "";
        }
        if (!PREFIX.matcher(prefix).matches()) {
            values.problem(
                    Setting.S3_PREFIX, "'" + prefix + "' is no prefix: words of letters, digits, '-', '_' and '.', separated by single '/'");
        }
        return prefix + "/";
    }

    private String required(Setting setting, Setting old) {
        return either(setting, old).orElseGet(() -> {
            values.problem(setting, "is missing; SNAPSHOT_BACKEND=" + values.text(Setting.SNAPSHOT_BACKEND) + " needs it");
            return "";
        });
    }

    private Optional<String> either(Setting setting, Setting old) {
        Optional<String> given = values.given(setting);
        if (given.isPresent() && values.given(old).filter(other -> !other.equals(given.get())).isPresent()) {
            values.problem(old, "contradicts " + setting + "; set one of them");
        }
        return given.or(() -> values.given(old));
    }

    private Setting namedBy(Setting setting, Setting old) {
        return values.given(setting).isPresent() ? setting : old;
    }

    private Predicate<String> matching(Setting setting, Pattern form, String complaint) {
        return text -> {
            boolean matches = form.matcher(text).matches();
            if (!matches) {
                values.problem(setting, "'" + text + "' " + complaint);
            }
            return matches;
        };
    }
}
