package io.autopilot.mysql.adapter.consul;

import io.autopilot.mysql.config.Secret;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The agent to talk to.
 *
 * @param tls whether it speaks HTTPS
 * @param caFile PEM certificates to trust instead of the JVM's
 */
public record ConsulTarget(String host, int port, boolean tls, Optional<Secret> token, Optional<Path> caFile) {
    /** The base address, for messages and requests. */
    public String url() {
        String name = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return (tls ? "https://" : "http://") + name + ":" + port;
    }
}
