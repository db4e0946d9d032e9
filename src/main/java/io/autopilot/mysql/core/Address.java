package io.autopilot.mysql.core;

/** Where a server listens: a host name or IP address without brackets, and a TCP port. */
public record Address(String host, int port) {
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
