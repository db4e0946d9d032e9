package io.autopilot.mysql.adapter.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Directories and objects as Manta keeps them. Thread-safe. */
final class MantaTree {
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Set<String> beingWritten = new HashSet<>();

    /** What lies at a path. */
    sealed interface Node {
        Instant modified();

        record Directory(Instant modified) implements Node {}

        record Leaf(byte[] content, byte[] md5, String etag, Instant modified) implements Node {}
    }

    /** What the server answers in place of doing it. Source: Manta REST API, "Errors". */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        final int status;
        final String code;

        RefusedException(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    MantaTree(String account) {
        nodes.put("/" + account + "/stor", new Node.Directory(Instant.now()));
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    synchronized Node get(String path) throws RefusedException {
        Node node = nodes.get(path);
        if (node == null) {
            throw new RefusedException(404, "ResourceNotFound", path + " was not found");
        }
        return node;
    }

    private void mustHaveParent(String path) throws RefusedException {
        switch (nodes.get(parent(path))) {
            case Node.Directory directory -> {}
            case Node.Leaf leaf -> throw new RefusedException(400, "ParentNotDirectory", parent(path) + " is not a directory");
            case null -> throw new RefusedException(404, "DirectoryDoesNotExist", parent(path) + " does not exist");
        }
    }

    /** The directory that was there before, if one was. */
    synchronized Optional<Node> makeDirectory(String path) throws RefusedException {
        Node before = nodes.get(path);
        if (before instanceof Node.Leaf) {
            throw new RefusedException(400, "ParentNotDirectory", path + " is an object");
        }
        if (before == null) {
            mustHaveParent(path);
            nodes.put(path, new Node.Directory(Instant.now()));
        }
        return Optional.ofNullable(before);
    }

    synchronized void beginWriting(String path) throws RefusedException {
        mustHaveParent(path);
        if (nodes.get(path) instanceof Node.Directory) {
            throw new RefusedException(400, "OperationNotAllowedOnDirectory", path + " is a directory");
        }
        if (!beingWritten.add(path)) {
            throw new RefusedException(409, "ConcurrentRequest", path + " is being written");
        }
    }

    /** @param leaf empty: nothing came of it */
    synchronized void endWriting(String path, Optional<Node.Leaf> leaf) {
        beingWritten.remove(path);
        leaf.ifPresent(written -> nodes.put(path, written));
    }

    static Node.Leaf leaf(byte[] content) {
        return new Node.Leaf(content, Digests.md5(content), UUID.randomUUID().toString(), Instant.now());
    }

    synchronized void delete(String path) throws RefusedException {
        if (get(path) instanceof Node.Directory && !children(path).isEmpty()) {
            throw new RefusedException(400, "DirectoryNotEmpty", path + " is not empty");
        }
        if (path.chars().filter(c -> c == '/').count() < 3) {
            throw new RefusedException(400, "OperationNotAllowedOnRootDirectory", path + " is a root directory");
        }
        nodes.remove(path);
    }

    /** Names and nodes right below a directory, in order. */
    synchronized List<Map.Entry<String, Node>> children(String directory) {
        List<Map.Entry<String, Node>> children = new ArrayList<>();
        nodes.forEach((path, node) -> {
            if (parent(path).equals(directory)) {
                children.add(Map.entry(path.substring(directory.length() + 1), node));
            }
        });
        return children;
    }
}
