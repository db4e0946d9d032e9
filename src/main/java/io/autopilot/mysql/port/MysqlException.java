package io.autopilot.mysql.port;

import org.jspecify.annotations.Nullable;

/** A server could not be reached or refused a statement; the message names the operation and the server, never a secret. */
public final class MysqlException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean unreachable;
    private final int code;

    /**
     * @param unreachable nobody answers at that address, as against: the server answered and refused
     * @param code the server's error number, 0 for none
     */
    public MysqlException(String message, boolean unreachable, int code, @Nullable Throwable cause) {
        super(message, cause);
        this.unreachable = unreachable;
        this.code = code;
    }

    public boolean unreachable() {
        return unreachable;
    }

    public int code() {
        return code;
    }
}
