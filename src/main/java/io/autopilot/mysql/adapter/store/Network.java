package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What to tell when the way to a store is disturbed.
 *
 * @param url the variable that names it
 * @param caFile the variable that names its authorities
 */
record Network(String url, String caFile, Limits limits) {
    /** The failure of input or output among the causes: the first that says something by its type, else the one that all others come from. */
    static Optional<IOException> failure(Throwable thrown) {
        Optional<IOException> found = Optional.empty();
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException failure) {
                found = Optional.of(failure);
                if (failure instanceof BusyException
                        || failure instanceof UnknownHostException
                        || failure instanceof ConnectException
                        || failure instanceof SocketTimeoutException
                        || failure instanceof SSLException) {
                    return found;
                }
            }
        }
        return found;
    }

    static String late(Attempts.Attempt attempt) {
        return attempt.limit().isZero() ? "time is up" : "it wasn't done in " + text(attempt.limit());
    }

    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    StoreException failure(String begin, IOException failure) {
        String said = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return switch (failure) {
            case BusyException busy -> StoreException.passing(begin + busy.getMessage(), busy, busy.retryAfter());
            case UnknownHostException unknown ->
                passing(begin + "its name has no address (" + unknown.getMessage() + "); look at " + url, unknown);
            case ConnectException refused -> passing(begin + "nothing answers there (" + refused.getMessage() + "); look at " + url, refused);
            case SocketTimeoutException silent -> passing(begin + "nothing came or went for " + text(limits.stall()) + " (" + said + ")", silent);
            case SSLPeerUnverifiedException other -> new StoreException(
                    begin + "the certificate is another host's (" + shortened(other) + "); look at " + url, other);
            case SSLHandshakeException untrusted when isAboutCertificates(untrusted) -> new StoreException(
                    begin + "its certificate isn't trusted (" + shortened(untrusted) + "); name the file of its authority in " + caFile, untrusted);
            case SSLException foreign when String.valueOf(foreign.getMessage()).contains("nrecognized SSL message") -> new StoreException(
                    begin + "it doesn't speak HTTPS (" + foreign.getMessage() + "); look at " + url, foreign);
            default -> passing(begin + "the connection broke (" + said + ")", failure);
        };
    }

    private static StoreException passing(String message, IOException cause) {
        return StoreException.passing(message, cause, Optional.empty());
    }

    private static boolean isAboutCertificates(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException || cause instanceof java.security.cert.CertPathValidatorException
                    || cause instanceof java.security.cert.CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }

    private static String shortened(IOException failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
