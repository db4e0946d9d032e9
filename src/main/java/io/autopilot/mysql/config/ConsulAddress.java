package io.autopilot.mysql.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An agent's address as people write it. */
record ConsulAddress(String host, int port, boolean tls) {
    static final int DEFAULT_PORT = 8500;

    private static final Pattern FORM = Pattern.compile(
            "(?:(https?)://)?(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9_.-]+)(?::(\\d{1,5}))?/?");

    /** Empty when the text is no address. */
    static Optional<ConsulAddress> read(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            return Optional.empty();
        }
        int port = form.group(3) == null ? DEFAULT_PORT : Integer.parseInt(form.group(3));
        String host = form.group(2).startsWith("[")
                ? form.group(2).substring(1, form.group(2).length() - 1)
                : form.group(2);
        return port < 1 || port > 65535
                ? Optional.empty()
                : Optional.of(new ConsulAddress(host, port, "https".equals(form.group(1))));
    }
}
