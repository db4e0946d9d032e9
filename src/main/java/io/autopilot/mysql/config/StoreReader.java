package io.autopilot.mysql.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads which store snapshots go to; the variables of the others don't matter, and so aren't looked at. */
final class StoreReader {
    private static final Pattern URL = Pattern.compile("(https?)://(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9_.-]+)(?::(\\d{1,5}))?/?");
    private static final int LAST_PORT = 65535;

    private final Values values;

    StoreReader(Values values) {
        this.values = values;
    }

    StoreSettings read() {
        String backend = values.text(Setting.SNAPSHOT_BACKEND).toLowerCase(Locale.ROOT);
        boolean minioTls = values.yes(Setting.MINIO_TLS_SECURE);
        boolean anyCertificate = values.yes(Setting.MANTA_TLS_INSECURE);
        return switch (backend) {
            case "local" -> local();
            case "s3", "minio" -> new S3Reader(values).read(minioTls, backend.equals("s3"));
            case "manta" -> new MantaReader(values).read(anyCertificate);
            default -> {
                values.problem(Setting.SNAPSHOT_BACKEND, "'" + backend + "' is none of local, s3, minio, manta");
                yield local();
            }
        };
    }

    private StoreSettings local() {
        return new StoreSettings.Local(values.path(Setting.STORAGE_DIR));
    }

    /** A server's URL without anything behind its host and port; empty when the text is none. */
    static Optional<String> url(String text) {
        Matcher form = URL.matcher(text.strip());
        if (!form.matches() || (form.group(3) != null && !isPort(Integer.parseInt(form.group(3))))) {
            return Optional.empty();
        }
        return Optional.of(text.strip().replaceFirst("/$", ""));
    }

    private static boolean isPort(int number) {
        return number >= 1 && number <= LAST_PORT;
    }

    static boolean isTls(String url) {
        return url.startsWith("https:");
    }
}
