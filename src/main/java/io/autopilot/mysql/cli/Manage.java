package io.autopilot.mysql.cli;

/** The one entry point, and the only place that ends the JVM. */
public final class Manage {
    private Manage() {}

    public static void main(String[] args) {
        System.exit(64);
    }
}
