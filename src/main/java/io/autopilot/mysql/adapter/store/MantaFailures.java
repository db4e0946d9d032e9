package io.autopilot.mysql.adapter.store;

import com.joyent.manta.exception.MantaChecksumFailedException;
import com.joyent.manta.exception.MantaClientHttpResponseException;
import com.joyent.manta.exception.MantaErrorCode;
import com.joyent.manta.exception.MantaUnexpectedObjectTypeException;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What to tell of failed calls to Manta, and whether another try may help. Error codes: Manta REST API, "Errors". */
final class MantaFailures {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int NO_ROOM = 507;
    private static final Set<String> PASSING = Set.of(
            "ConcurrentRequest", "ThrottledError", "RequestTimeout", "UploadTimeout", "UploadAbandoned", "InternalError", "ServiceUnavailable",
            "ContentMD5Mismatch", "ChecksumError");

    private final StoreSettings.Manta settings;
    private final Limits limits;

    MantaFailures(StoreSettings.Manta settings, Limits limits) {
        this.settings = settings;
        this.limits = limits;
    }

    /** A client that can't even be made. */
    StoreException ofSettings(Exception failure) {
        // What this project's own code threw names the file; the library has it behind a dump of its configuration.
        String said = failure instanceof IOException ? String.valueOf(failure.getMessage()) : deepest(failure).lines().findFirst().orElse("");
        return new StoreException(
                "Manta store " + settings.url() + ": the client can't be made: " + said
                        + "; look at MANTA_PRIVATE_KEY or MANTA_PRIVATE_KEY_FILE, MANTA_KEY_ID, and MANTA_CACERT",
                failure);
    }

    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    /** The failure as the port has it. */
    StoreException of(String what, Exception failure, Attempts.Attempt attempt) {
        String begin = "Manta store " + settings.url() + ": can't " + what + ": ";
        if (attempt.isStalled()) {
            return StoreException.passing(begin + "nothing came or went for " + Network.text(limits.stall()), failure, Optional.empty());
        }
        if (attempt.isOver()) {
            return StoreException.passing(begin + Network.late(attempt), failure, Optional.empty());
        }
        Optional<IOException> network = Network.failure(failure);
        return switch (network.orElse(null)) {
            case MantaClientHttpResponseException refused -> refused(begin, refused);
            case MantaChecksumFailedException damaged ->
                StoreException.passing(begin + "the store has got something else than was sent", damaged, Optional.empty());
            case IOException disturbed -> new Network("MANTA_URL", "MANTA_CACERT", limits).failure(begin, disturbed);
            case null -> new StoreException(
                    begin + (failure instanceof MantaUnexpectedObjectTypeException ? "it is no directory" : "the answer makes no sense")
                            + " (" + deepest(failure).lines().findFirst().orElse("") + "); look at MANTA_URL and MANTA_BUCKET",
                    failure);
        };
    }

    private StoreException refused(String begin, MantaClientHttpResponseException refused) {
        int status = refused.getStatusCode();
        String code = code(refused);
        Object said = refused.getFirstContextValue("server_message");
        String text = begin + "it answered " + status + (code.isEmpty() ? "" : " " + code) + (said == null ? "" : " (" + said + ")");
        if (BusyException.isBusy(status) || PASSING.contains(code)) {
            String retryAfter = refused.getHeaders() == null ? null : refused.getHeaders().getFirstHeaderStringValue("retry-after");
            return StoreException.passing(text, refused, BusyException.retryAfter(retryAfter, Instant.now()));
        }
        String remedy = remedy(status, code);
        return new StoreException(text + (remedy.isEmpty() ? "" : "; " + remedy), refused);
    }

    private static String code(MantaClientHttpResponseException refused) {
        return refused.getServerCode() == MantaErrorCode.NO_CODE_ERROR || refused.getServerCode().getCode() == null
                ? ""
                : refused.getServerCode().getCode();
    }

    private String remedy(int status, String code) {
        return switch (code) {
            case "AccountDoesNotExist", "AccountBlocked" -> "look at MANTA_USER";
            case "UserDoesNotExist" -> "look at MANTA_SUBUSER";
            case "InvalidKeyId", "KeyDoesNotExist" -> "look at MANTA_KEY_ID, and whether the key was added to the account or the user";
            case "InvalidSignature" -> "look at the private key, and at this machine's clock";
            case "NoMatchingRoleTag", "InvalidRole", "AuthorizationFailed" ->
                "the role (MANTA_ROLE) needs the rights to list, read, write and delete below " + settings.directory();
            case "NotEnoughSpace", "DirectoryLimitExceeded" -> "make room there, or keep fewer snapshots (SNAPSHOT_KEEP)";
            case "DirectoryDoesNotExist", "ResourceNotFound", "ParentNotDirectory" -> "look at MANTA_BUCKET";
            case "SecureTransportRequired", "SSLRequired" -> "write https:// in MANTA_URL";
            default -> switch (status) {
                case UNAUTHORIZED, FORBIDDEN -> "look at MANTA_USER, MANTA_SUBUSER, MANTA_ROLE, MANTA_KEY_ID and the private key";
                case NOT_FOUND -> "look at MANTA_URL and MANTA_BUCKET";
                case NO_ROOM -> "make room there, or keep fewer snapshots (SNAPSHOT_KEEP)";
                default -> "";
            };
        };
    }
}
