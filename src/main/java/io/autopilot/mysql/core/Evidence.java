package io.autopilot.mysql.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Errant transactions of one node and where its binary logs with them are kept (G4). Written last: without this description nothing counts
 * as archived.
 *
 * @param id names everything that the archive has of it; the same for the same transactions of the same server
 * @param term of the primary that lacks them
 * @param fate what they mean to clients
 * @param place the archive, for people
 */
public record Evidence(
        String id,
        String node,
        String serverUuid,
        String clusterUuid,
        String serverVersion,
        long term,
        String why,
        Fate fate,
        String place,
        List<File> files,
        Instant at) {
    /** The format that this program writes, and the newest that it reads. */
    public static final int FORMAT = 1;

    private static final int DIGITS = 12;

    public Evidence {
        files = List.copyOf(files);
    }

    /**
     * What errant transactions mean to those who wrote them.
     *
     * @param lost of servers that were primary while a commit alone acknowledged a write: clients may have been told that they are safe
     * @param unacknowledged of servers that were primary in lossless mode, where a commit that no other node has is never acknowledged
     * @param stray of servers that were never primary: somebody wrote past the cluster
     */
    public record Fate(GtidSet lost, GtidSet unacknowledged, GtidSet stray) {
        public static Fate of(GtidSet errant, Set<String> primaryUuids, Durability.Mode mode) {
            GtidSet ours = errant.of(primaryUuids);
            GtidSet stray = errant.minus(ours);
            return switch (mode) {
                case ASYNC -> new Fate(ours, GtidSet.EMPTY, stray);
                case LOSSLESS -> new Fate(GtidSet.EMPTY, ours, stray);
            };
        }

        /** All of them. */
        public GtidSet errant() {
            return lost.union(unacknowledged).union(stray);
        }
    }

    /**
     * A file in the archive.
     *
     * @param source its name in the data directory
     * @param bytes its size
     * @param sha256 of it, in small hexadecimal digits
     * @param archive how it is stored
     */
    public record File(String source, long bytes, String sha256, StoredArchive archive) {}

    public GtidSet errant() {
        return fate.errant();
    }

    /** The same with its files. */
    public Evidence with(List<File> copied) {
        return new Evidence(id, node, serverUuid, clusterUuid, serverVersion, term, why, fate, place, copied, at);
    }

    /** The id of these transactions of that server. */
    public static String idOf(String node, String serverUuid, GtidSet errant) {
        try {
            byte[] text = (serverUuid + " " + errant).getBytes(StandardCharsets.UTF_8);
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
            return node + "-" + hash.substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
