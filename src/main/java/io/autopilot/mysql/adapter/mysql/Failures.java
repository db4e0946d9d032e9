package io.autopilot.mysql.adapter.mysql;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the driver's exceptions. Stateless. */
final class Failures {
    private Failures() {}

    /**
     * Whether nobody answers at the address. A server that takes the connection and then says nothing is none of these: it may be
     * frozen, and wake up.
     */
    static boolean unreachable(SQLException e) {
        Throwable root = root(e);
        return root instanceof ConnectException
                || root instanceof NoRouteToHostException
                || root instanceof UnknownHostException
                || (root instanceof SocketTimeoutException && lower(root.getMessage()).startsWith("connect"));
    }

    /** One line: the server's error, or what happened to the connection without the driver's musings about it. */
    static String text(SQLException e) {
        if (e.getErrorCode() != 0) {
            return "error " + e.getErrorCode() + ", " + e.getMessage();
        }
        Throwable root = root(e);
        if (root instanceof SocketTimeoutException && !unreachable(e)) {
            return "no answer in time";
        }
        String text = e.getCause() == null ? root.getMessage() : root.getClass().getSimpleName() + ", " + root.getMessage();
        return String.valueOf(text).lines().findFirst().orElse("");
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
