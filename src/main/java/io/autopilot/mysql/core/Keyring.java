package io.autopilot.mysql.core;

import java.util.List;
import java.util.Optional;

/**
 * The keys of what is stored: the first encrypts, all of them decrypt. A new key is put before the others, which stay for as long as
 * something is stored under them.
 */
public record Keyring(List<EncryptionKey> keys) {
    /** Nothing is encrypted. */
    public static final Keyring NONE = new Keyring(List.of());

    public Keyring {
        keys = List.copyOf(keys);
    }

    /** What encrypts; empty: nothing does. */
    public Optional<EncryptionKey> current() {
        return keys.stream().findFirst();
    }

    public Optional<EncryptionKey> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** Why what is encrypted with a key can't be read; empty when it can. */
    public Optional<Reason> whyNot(Optional<String> keyId) {
        return keyId.filter(id -> find(id).isEmpty()).map(id -> new Reason("it is encrypted with the key " + id + ", which is not in SNAPSHOT_KEY ("
                + (keys.isEmpty() ? "not set" : String.join(", ", keys.stream().map(EncryptionKey::id).toList())) + ")"));
    }
}
