package io.autopilot.mysql.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads how to reach a directory in Manta. */
final class MantaReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]+");
    private static final Pattern FINGERPRINT = Pattern.compile("(?:MD5:)?[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){15}|SHA256:[A-Za-z0-9+/]{43}=?");
    private static final Pattern DIRECTORY = Pattern.compile("/[^/\\s]+/(?:stor|public)(?:/[^/]+)*");
    private static final Pattern PEM = Pattern.compile("-----BEGIN (RSA )?PRIVATE KEY-----\\s.*-----END (RSA )?PRIVATE KEY-----\\s*", Pattern.DOTALL);

    private final Values values;

    MantaReader(Values values) {
        this.values = values;
    }

    StoreSettings read(boolean anyCertificate) {
        String url = url();
        String account = name(Setting.MANTA_USER, required(Setting.MANTA_USER));
        Optional<Path> authorities = values.authorities(Setting.MANTA_CACERT, Setting.MANTA_URL, StoreReader.isTls(url));
        if (authorities.isPresent() && anyCertificate) {
            values.problem(Setting.MANTA_TLS_INSECURE, "contradicts MANTA_CACERT; set one of them");
        }
        return new StoreSettings.Manta(
                url,
                account,
                values.given(Setting.MANTA_SUBUSER).map(user -> name(Setting.MANTA_SUBUSER, user)),
                values.given(Setting.MANTA_ROLE),
                keyId(),
                privateKey(),
                directory(account),
                authorities,
                anyCertificate);
    }

    private String url() {
        String given = required(Setting.MANTA_URL);
        return StoreReader.url(given).orElseGet(() -> {
            if (!given.isEmpty()) {
                values.problem(
                        Setting.MANTA_URL, "'" + given + "' is no address of a server; write https://host, the directory goes into MANTA_BUCKET");
            }
            return "https://invalid";
        });
    }

    private String name(Setting setting, String name) {
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            values.problem(
                    setting,
                    "'" + name + "' is no login" + (name.contains("/") ? "; a user of an account goes into MANTA_SUBUSER" : ""));
        }
        return name;
    }

    private String keyId() {
        String id = required(Setting.MANTA_KEY_ID);
        if (!id.isEmpty() && !FINGERPRINT.matcher(id).matches()) {
            values.problem(
                    Setting.MANTA_KEY_ID, "'" + id + "' is no fingerprint; write what `ssh-keygen -l -f KEY` prints, such as SHA256:...");
        }
        return id;
    }

    private Secret privateKey() {
        Optional<Secret> given = values.secret(Setting.MANTA_PRIVATE_KEY);
        Optional<String> file = values.given(Setting.MANTA_PRIVATE_KEY_FILE);
        if (given.isPresent() && file.isPresent()) {
            values.problem(Setting.MANTA_PRIVATE_KEY_FILE, "contradicts MANTA_PRIVATE_KEY; set one of them");
            return new Secret("");
        }
        if (given.isEmpty() && file.isEmpty()) {
            values.problem(Setting.MANTA_PRIVATE_KEY, "is missing, as is MANTA_PRIVATE_KEY_FILE; set one of them");
            return new Secret("");
        }
        return given.map(secret -> checked(Setting.MANTA_PRIVATE_KEY, secret.reveal().replace('#', '\n')))
                .orElseGet(() -> read(file.orElseThrow()));
    }

    private Secret read(String file) {
        try {
            return checked(Setting.MANTA_PRIVATE_KEY_FILE, Files.readString(Path.of(file), StandardCharsets.US_ASCII));
        } catch (IOException | InvalidPathException e) {
            values.problem(Setting.MANTA_PRIVATE_KEY_FILE, "'" + file + "' can't be read: " + e);
            return new Secret("");
        }
    }

    /** As far as it can be seen without the library that reads keys, which no health check should have to load. */
    private Secret checked(Setting setting, String key) {
        if (key.contains("ENCRYPTED")) {
            values.problem(setting, "has a passphrase; write the key without one: openssl rsa -in KEY -traditional");
        } else if (key.contains("BEGIN OPENSSH")) {
            values.problem(setting, "is in OpenSSH's own form; write it in PEM: ssh-keygen -p -m PEM -f KEY");
        } else if (!PEM.matcher(key.strip()).matches()) {
            values.problem(
                    setting,
                    "is no RSA private key in PEM"
                            + (setting == Setting.MANTA_PRIVATE_KEY ? "; put it into one line with # for the line breaks: tr '\\n' '#' < KEY" : ""));
        }
        return new Secret(key.strip() + "\n");
    }

    private String directory(String account) {
        String text = values.text(Setting.MANTA_BUCKET).replace("<MANTA_USER>", account);
        String directory = text.replaceAll("/+$", "");
        // Of an account that is no name it was said already.
        if (NAME.matcher(account).matches() && (!DIRECTORY.matcher(directory).matches() || directory.contains("/../") || directory.endsWith("/.."))) {
            values.problem(
                    Setting.MANTA_BUCKET, "'" + text + "' is no directory of Manta; write it whole, such as /" + account + "/stor/snapshots");
        }
        return directory;
    }

    private String required(Setting setting) {
        return values.given(setting).orElseGet(() -> {
            values.problem(setting, "is missing; SNAPSHOT_BACKEND=manta needs it");
            return "";
        });
    }
}
