package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.StoreException;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InsufficientDataException;
import io.minio.errors.InvalidResponseException;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to tell of failed calls to S3, and whether another try may help. Error codes: Amazon S3 API Reference, "Error responses". */
final class S3Failures {
    private static final Pattern CODE = Pattern.compile("<Code>([^<]{1,100})</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{1,500})</Message>");
    private static final int LONGEST = 200;
    private static final Set<String> PASSING = Set.of(
            "SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "Throttling",
            "RequestLimitExceeded", "SlowDownRead", "SlowDownWrite", "IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch");

    private final StoreSettings.S3 settings;
    private final Limits limits;

    S3Failures(StoreSettings.S3 settings, Limits limits) {
        this.settings = settings;
        this.limits = limits;
    }

    /** The failure as the port has it. */
    StoreException of(String what, Exception failure, Attempts.Attempt attempt) {
        String begin = "S3 store " + settings.url() + ", bucket " + settings.bucket() + ": can't " + what + ": ";
        Optional<IOException> network = Network.failure(failure);
        if (attempt.isOver()) {
            return StoreException.passing(begin + Network.late(attempt), failure, Optional.empty());
        }
        if (network.isPresent()) {
            return new Network("S3_URL", "S3_CACERT", limits).failure(begin, network.get());
        }
        return switch (failure) {
            case ErrorResponseException refused -> refused(begin, refused);
            case InsufficientDataException cut -> StoreException.passing(begin + cut.getMessage(), cut, Optional.empty());
            case InvalidResponseException foreign -> new StoreException(
                    begin + "what answers there doesn't speak S3 (" + shortened(String.valueOf(foreign.getMessage())) + "); look at S3_URL", foreign);
            default -> new StoreException(
                    begin + "the answer makes no sense (" + shortened(String.valueOf(failure)) + "); look at S3_URL", failure);
        };
    }

    private StoreException refused(String begin, ErrorResponseException refused) {
        String code = String.valueOf(refused.errorResponse().code());
        String text = begin + code + " (" + shortened(String.valueOf(refused.errorResponse().message())) + ")";
        if (PASSING.contains(code)) {
            return StoreException.passing(
                    text, refused, BusyException.retryAfter(refused.response().header("Retry-After"), Instant.now()));
        }
        String remedy = remedy(code);
        return new StoreException(text + (remedy.isEmpty() ? "" : "; " + remedy), refused);
    }

    private String remedy(String code) {
        return switch (code) {
            case "NoSuchBucket" -> "make the bucket, or name another one in S3_BUCKET";
            case "InvalidAccessKeyId" -> "look at S3_ACCESS_KEY";
            case "SignatureDoesNotMatch" -> "look at S3_SECRET_KEY";
            case "AccessDenied", "AllAccessDisabled", "AccountProblem" ->
                "S3_ACCESS_KEY needs the rights s3:ListBucket on the bucket, s3:GetObject, s3:PutObject and s3:DeleteObject on its objects";
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" -> "S3_SESSION_TOKEN goes with S3_ACCESS_KEY, and has its time; set new ones";
            case "RequestTimeTooSkewed" -> "set this machine's clock";
            case "PermanentRedirect", "Redirect", "BadRequest", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                "the bucket may be in another region: look at S3_REGION and S3_URL";
            case "XMinioStorageFull", "QuotaExceeded" -> "make room there, or keep fewer snapshots (SNAPSHOT_KEEP)";
            default -> "";
        };
    }

    /** What an error's XML says, in short; else its beginning. */
    static String said(String body) {
        Matcher code = CODE.matcher(body);
        Matcher message = MESSAGE.matcher(body);
        return code.find() ? code.group(1) + (message.find() ? ": " + message.group(1) : "") : shortened(body);
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }
}
