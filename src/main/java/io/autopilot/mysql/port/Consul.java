package io.autopilot.mysql.port;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What this project needs of Consul: keys, sessions, transactions, the agent's services and checks.
 *
 * <p>Reads are consistent reads. "Expected no" is a value; every method throws {@link ConsulException} when Consul can't be
 * reached or answers with an error, and {@link SessionGoneException} where a session that no longer lives was used.
 * Semantics: the fact sheet in docs and the contract test that the fake and the real one share.
 */
public interface Consul {
    Optional<KvEntry> get(String key, Deadline deadline);

    /**
     * The same, once the key's index is higher than this one, or as it is after the wait; may come back early.
     *
     * @param modifyIndex an index that the key once had
     * @param wait shorter than the deadline, or it is cut to fit
     */
    Optional<KvEntry> awaitChange(String key, long modifyIndex, Duration wait, Deadline deadline);

    /** All keys that start with the prefix, in order. */
    List<KvEntry> list(String prefix, Deadline deadline);

    /** Sets the value if the key is still at this index; 0: only if it doesn't exist. False: somebody was faster. */
    boolean cas(String key, String value, long modifyIndex, Deadline deadline);

    boolean deleteCas(String key, long modifyIndex, Deadline deadline);

    /** Takes or keeps the lock on a key and sets its value. False: held by another session, or within the lock-delay. */
    boolean acquire(String key, String value, String session, Deadline deadline);

    /** Gives the lock back, leaving this value. False: it was not held by the session. */
    boolean release(String key, String value, String session, Deadline deadline);

    /** All of the operations or none of them. */
    TxnResult transact(List<TxnOp> operations, Deadline deadline);

    /** Makes a session whose locks are released, not deleted, when it ends; its check must be passing. */
    String createSession(SessionSpec spec, Deadline deadline);

    /** False: the session is gone. */
    boolean renewSession(String session, Deadline deadline);

    boolean sessionExists(String session, Deadline deadline);

    void destroySession(String session, Deadline deadline);

    /**
     * Registers a service with one TTL check {@code service:<id>} at the local agent. Again with the same id replaces it, but its check keeps the
     * state it has: one that ran out stays critical until it is updated.
     */
    void register(ServiceSpec service, Deadline deadline);

    /** Done or not there: both fine. */
    void deregister(String serviceId, Deadline deadline);

    /** Updates the TTL check of a service. False: the agent doesn't know the check. */
    boolean updateCheck(String checkId, CheckStatus status, String note, Deadline deadline);

    /** Every registered instance of a service, in any state. */
    List<ServiceInstance> instances(String service, Deadline deadline);

    /** Whether the agent that answers lives on this node (a client agent) rather than being a server elsewhere. */
    boolean agentIsLocal();

    /**
     * A key with its value.
     *
     * @param session the holder of the lock, if it is locked
     */
    record KvEntry(String key, String value, long modifyIndex, Optional<String> session) {}

    /**
     * How a session lives.
     *
     * @param ttl the session's own time-out, 10 s to 24 h; doubled by the server
     * @param serviceCheck id of the check it depends on; must exist and pass on this agent; empty for none
     * @param nodeCheck whether it dies with the agent's serfHealth
     */
    record SessionSpec(String name, Duration ttl, Duration lockDelay, Optional<String> serviceCheck, boolean nodeCheck) {}

    /**
     * A service with a TTL check.
     *
     * @param deregisterAfter critical for so long: removed by Consul (it has a floor of one minute); empty: never
     */
    record ServiceSpec(
            String id,
            String name,
            String address,
            int port,
            List<String> tags,
            Duration ttl,
            CheckStatus initial,
            Optional<Duration> deregisterAfter) {
        public String checkId() {
            return "service:" + id;
        }
    }

    enum CheckStatus {
        PASSING,
        WARNING,
        CRITICAL
    }

    /**
     * An instance in the catalog.
     *
     * @param status the worst of its own and its node's checks
     */
    record ServiceInstance(
            String id, String name, String node, String address, int port, List<String> tags, CheckStatus status, String output) {
        public boolean passing() {
            return status == CheckStatus.PASSING;
        }
    }

    /** One operation of a transaction. */
    sealed interface TxnOp {
        record CheckSession(String key, String session) implements TxnOp {}

        record CheckIndex(String key, long modifyIndex) implements TxnOp {}

        record Cas(String key, String value, long modifyIndex) implements TxnOp {}

        record DeleteCas(String key, long modifyIndex) implements TxnOp {}

        record Lock(String key, String value, String session) implements TxnOp {}

        record Unlock(String key, String value, String session) implements TxnOp {}
    }

    /** What came of a transaction. */
    sealed interface TxnResult {
        record Committed() implements TxnResult {}

        /** Nothing was changed; the reasons are Consul's words, one an operation that failed. */
        record Refused(List<String> reasons) implements TxnResult {
            /** Nothing but the lock-delay of a session that ended stood in the way. */
            public boolean lockDelayed() {
                return !reasons.isEmpty() && reasons.stream().allMatch(r -> r.contains("lock delay") || r.contains("lock-delay"));
            }
        }
    }
}
