package io.autopilot.mysql.cli;

/** How a command prints. */
enum Output {
    table,
    json
}
