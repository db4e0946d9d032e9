package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import io.autopilot.mysql.port.StoreException;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.RemoveObjectsArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.DeleteRequest;
import io.minio.messages.DeleteResult;
import io.minio.messages.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of a store to S3. Each object carries its SHA-256 as metadata of its own: what comes back is checked by it, and a second put of
 * the same is told from one of something else without reading. Thread-safe. Source: Amazon S3 API Reference.
 */
final class S3Objects implements RemoteObjects {
    private static final String HASH = "sha256";
    private static final String HASH_HEADER = "x-amz-meta-" + HASH;

    private final StoreSettings.S3 settings;
    private final Limits limits;
    private final S3Calls calls;
    /** Older servers know no conditional put; then looking before is all that there is. */
    private volatile boolean conditional = true;

    /** @throws StoreException when the file of authorities can't be read */
    S3Objects(StoreSettings.S3 settings, Limits limits) {
        this.settings = settings;
        this.limits = limits;
        this.calls = new S3Calls(settings, limits);
    }

    @Override
    public String place(String directory) {
        return settings.url() + "/" + settings.bucket() + "/" + directory;
    }

    @Override
    public There compare(String key, byte[] content, Deadline deadline) {
        Optional<StatObjectResponse> found = calls.call("look at " + key, limits.small(), deadline, s3 -> {
            try {
                return Optional.of(s3.statObject(StatObjectArgs.builder().bucket(settings.bucket()).object(key).build()));
            } catch (ErrorResponseException e) {
                return noObject(e);
            }
        });
        return found.map(there -> there.size() == content.length && hash(content).equals(there.headers().get(HASH_HEADER))
                        ? There.THE_SAME
                        : There.SOMETHING_ELSE)
                .orElse(There.NOTHING);
    }

    private static <T> Optional<T> noObject(ErrorResponseException refused) throws ErrorResponseException {
        if ("NoSuchKey".equals(refused.errorResponse().code())) {
            return Optional.empty();
        }
        throw refused;
    }

    private static String hash(byte[] content) {
        return HexFormat.of().formatHex(Digests.sha256(content));
    }

    @Override
    public boolean create(String key, byte[] content, Deadline deadline) {
        return calls.call("write " + key, limits.moving(content.length), deadline, s3 -> {
            try {
                s3.putObject(object(key, content, conditional));
                return true;
            } catch (ErrorResponseException e) {
                return switch (e.errorResponse().code()) {
                    case "PreconditionFailed" -> false;
                    case "NotImplemented", "MethodNotAllowed" -> createPlainly(s3, key, content, e);
                    default -> throw e;
                };
            }
        });
    }

    private boolean createPlainly(MinioClient s3, String key, byte[] content, ErrorResponseException refused) throws MinioException {
        if (!conditional) {
            throw refused;
        }
        s3.putObject(object(key, content, false));
        conditional = false;
        return true;
    }

    /** One request whatever its size: a multipart upload would leave parts behind that nobody sees and somebody pays for. */
    private PutObjectArgs object(String key, byte[] content, boolean onlyIfNew) {
        PutObjectArgs.Builder object = PutObjectArgs.builder()
                .bucket(settings.bucket())
                .object(key)
                .data(content, content.length)
                .userMetadata(Map.of(HASH, hash(content)));
        return (onlyIfNew ? object.extraHeaders(Map.of("If-None-Match", "*")) : object).build();
    }

    @Override
    public Optional<byte[]> get(String key, int atMost, Deadline deadline) {
        return calls.call("read " + key, limits.moving(atMost), deadline, s3 -> {
            try (GetObjectResponse in = s3.getObject(GetObjectArgs.builder().bucket(settings.bucket()).object(key).build())) {
                byte[] content = in.readNBytes(atMost);
                if (in.read() >= 0) {
                    throw new StoreException(place(key) + " is longer than " + atMost + " bytes", null);
                }
                String hash = in.headers().get(HASH_HEADER);
                if (hash != null && !hash.equals(hash(content))) {
                    throw StoreException.passing(
                            place(key) + " came back as something else than was stored: " + content.length + " bytes with another hash",
                            null, Optional.empty());
                }
                return Optional.of(content);
            } catch (ErrorResponseException e) {
                return noObject(e);
            }
        });
    }

    @Override
    public void delete(String key, Deadline deadline) {
        calls.call("delete " + key, limits.small(), deadline, s3 -> {
            s3.removeObject(RemoveObjectArgs.builder().bucket(settings.bucket()).object(key).build());
            return key;
        });
    }

    @Override
    public Listing list(String directory, Deadline deadline) {
        return calls.call("list " + directory, limits.many(), deadline, s3 -> {
            List<Stored> objects = new ArrayList<>();
            List<String> directories = new ArrayList<>();
            for (Result<Item> result : below(s3, directory, false)) {
                Item item = result.get();
                String name = item.objectName().substring(directory.length());
                if (item.isDir()) {
                    directories.add(name.substring(0, name.length() - 1));
                } else if (!name.isEmpty()) {
                    // A browser's way to make a directory is an object of no name in it.
                    objects.add(new Stored(name, item.size(), item.lastModified().toInstant()));
                }
            }
            return new Listing(objects, directories);
        });
    }

    private Iterable<Result<Item>> below(MinioClient s3, String directory, boolean recursive) {
        return s3.listObjects(
                ListObjectsArgs.builder().bucket(settings.bucket()).prefix(directory).recursive(recursive).build());
    }

    @Override
    public void deleteAll(String directory, Deadline deadline) {
        calls.call("delete " + directory, limits.many(), deadline, s3 -> {
            List<DeleteRequest.Object> objects = new ArrayList<>();
            for (Result<Item> item : below(s3, directory, true)) {
                objects.add(new DeleteRequest.Object(item.get().objectName()));
            }
            delete(s3, objects);
            return directory;
        });
    }

    private void delete(MinioClient s3, List<DeleteRequest.Object> objects) throws MinioException, IOException {
        for (Result<DeleteResult.Error> result : s3.removeObjects(
                RemoveObjectsArgs.builder().bucket(settings.bucket()).objects(objects).maxRetries(0).build())) {
            DeleteResult.Error error = result.get();
            throw new StoreException(
                    place(String.valueOf(error.objectName())) + " can't be deleted: " + error.code() + " (" + error.message()
                            + "); S3_ACCESS_KEY needs the right s3:DeleteObject", null);
        }
    }
}
