package io.autopilot.mysql.adapter.store;

import com.joyent.manta.client.MantaClient;
import com.joyent.manta.client.MantaDirectoryListingIterator;
import com.joyent.manta.client.MantaObjectInputStream;
import com.joyent.manta.client.MantaObjectResponse;
import com.joyent.manta.exception.MantaClientHttpResponseException;
import com.joyent.manta.http.MantaHttpHeaders;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import io.autopilot.mysql.port.StoreException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a store to Manta. Directories are real there: they are made when a put says that its own is missing, and have to be empty before
 * they go. What comes back is checked by the MD5 that Manta keeps of each object. A put replaces what is there, so an object is looked for
 * before. Thread-safe. Source: Manta REST API.
 */
final class MantaObjects implements RemoteObjects {
    private final StoreSettings.Manta settings;
    private final Limits limits;
    private final MantaCalls calls;

    /** @throws StoreException when the key, or the file of authorities, can't be used */
    MantaObjects(StoreSettings.Manta settings, Limits limits) {
        this.settings = settings;
        this.limits = limits;
        this.calls = new MantaCalls(settings, limits);
    }

    @Override
    public String place(String directory) {
        return settings.url() + directory;
    }

    private static String withoutSlash(String directory) {
        return directory.endsWith("/") ? directory.substring(0, directory.length() - 1) : directory;
    }

    private static boolean isMissing(@Nullable Throwable failure) {
        return failure instanceof MantaClientHttpResponseException refused
                && refused.getStatusCode() == HttpURLConnection.HTTP_NOT_FOUND;
    }

    @Override
    public There compare(String key, byte[] content, Deadline deadline) {
        return calls.call("look at " + key, limits.small(), deadline, (manta, attempt) -> {
            try {
                MantaObjectResponse there = manta.head(key);
                Long length = there.getContentLength();
                return !there.isDirectory() && length != null && length == content.length && isOf(content, there.getMd5Bytes())
                        ? There.THE_SAME
                        : There.SOMETHING_ELSE;
            } catch (MantaClientHttpResponseException e) {
                if (isMissing(e)) {
                    return There.NOTHING;
                }
                throw e;
            }
        });
    }

    private static boolean isOf(byte[] content, byte[] md5) {
        return Arrays.equals(Digests.md5(content), md5);
    }

    @Override
    public boolean create(String key, byte[] content, Deadline deadline) {
        return calls.call("write " + key, limits.moving(content.length), deadline, (manta, attempt) -> {
            try {
                send(manta, key, content, attempt);
            } catch (MantaClientHttpResponseException e) {
                if (!isMissing(e)) {
                    throw e;
                }
                makeDirectory(manta, key.substring(0, key.lastIndexOf('/')));
                send(manta, key, content, attempt);
            }
            return true;
        });
    }

    private void send(MantaClient manta, String key, byte[] content, Attempts.Attempt attempt) throws IOException {
        MantaHttpHeaders headers = new MantaHttpHeaders();
        headers.setContentType("application/octet-stream");
        headers.setContentMD5(Base64.getEncoder().encodeToString(Digests.md5(content)));
        try (Cancellation.Held watch = attempt.watching(limits.stall());
                InputStream body = new Watched(content, attempt, watch)) {
            manta.put(key, body, content.length, headers, null);
        }
    }

    /** The library's HTTP client has no time-out for what it sends: whoever takes the bytes from here has got rid of those before. */
    private static final class Watched extends FilterInputStream {
        private final Attempts.Attempt attempt;
        private final Cancellation.Held watch;
        private int left;

        Watched(byte[] content, Attempts.Attempt attempt, Cancellation.Held watch) {
            super(new ByteArrayInputStream(content));
            this.attempt = attempt;
            this.watch = watch;
            this.left = content.length;
        }

        private void gave(int bytes) {
            attempt.moved();
            left -= bytes;
            if (left == 0) {
                // From here on the answer is waited for, which has a time-out.
                watch.close();
            }
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            gave(b < 0 ? 0 : 1);
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            gave(Math.max(0, read));
            return read;
        }
    }

    /** Those above it are made only when they are missing: who may write here may not write there. */
    private static void makeDirectory(MantaClient manta, String directory) throws IOException {
        try {
            manta.putDirectory(directory);
        } catch (MantaClientHttpResponseException e) {
            int slash = directory.lastIndexOf('/');
            if (!isMissing(e) || slash <= 0) {
                throw e;
            }
            makeDirectory(manta, directory.substring(0, slash));
            manta.putDirectory(directory);
        }
    }

    @Override
    public Optional<byte[]> get(String key, int atMost, Deadline deadline) {
        return calls.call("read " + key, limits.moving(atMost), deadline, (manta, attempt) -> {
            try (MantaObjectInputStream in = manta.getAsInputStream(key)) {
                byte[] content = in.readNBytes(atMost);
                if (in.read() >= 0) {
                    throw new StoreException(place(key) + " is longer than " + atMost + " bytes", null);
                }
                byte[] md5 = in.getMd5Bytes();
                if (md5 != null && !isOf(content, md5)) {
                    throw StoreException.passing(
                            place(key) + " came back as something else than was stored: " + content.length + " bytes with another hash",
                            null, Optional.empty());
                }
                return Optional.of(content);
            } catch (MantaClientHttpResponseException e) {
                if (isMissing(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public void delete(String key, Deadline deadline) {
        calls.call("delete " + key, limits.small(), deadline, (manta, attempt) -> {
            try {
                manta.delete(key);
            } catch (MantaClientHttpResponseException e) {
                if (!isMissing(e)) {
                    throw e;
                }
            }
            return key;
        });
    }

    @Override
    public Listing list(String directory, Deadline deadline) {
        return calls.call("list " + directory, limits.many(), deadline, (manta, attempt) -> {
            List<Stored> objects = new ArrayList<>();
            List<String> directories = new ArrayList<>();
            try (MantaDirectoryListingIterator entries = manta.streamingIterator(withoutSlash(directory))) {
                while (entries.hasNext()) {
                    Map<String, Object> entry = entries.next();
                    String name = String.valueOf(entry.get("name"));
                    if ("directory".equals(entry.get("type"))) {
                        directories.add(name);
                    } else {
                        objects.add(stored(name, entry));
                    }
                }
            } catch (UncheckedIOException e) {
                IOException cause = e.getCause();
                if (cause == null || !isMissing(cause)) {
                    throw e;
                }
            }
            return new Listing(objects, directories);
        });
    }

    private static Stored stored(String name, Map<String, Object> entry) {
        long bytes = entry.get("size") instanceof Number number ? number.longValue() : 0;
        return new Stored(name, bytes, Instant.parse(String.valueOf(entry.get("mtime"))));
    }

    /** One request an object, since Manta has none for many. */
    @Override
    public void deleteAll(String directory, Deadline deadline) {
        Listing listing = list(directory, deadline);
        for (String inner : listing.directories()) {
            deleteAll(directory + inner + "/", deadline);
        }
        for (Stored object : listing.objects()) {
            delete(directory + object.name(), deadline);
        }
        delete(withoutSlash(directory), deadline);
    }
}
