package io.autopilot.mysql.core;

/**
 * One file of a server's binary log.
 *
 * @param before every transaction that was logged before the file began, as its own first events say
 */
public record BinlogFile(String name, GtidSet before) {}
