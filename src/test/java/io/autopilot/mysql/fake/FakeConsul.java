package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SessionGoneException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One Consul server with its agent, in memory and in virtual time: sessions with a doubled TTL, service checks, lock-delay,
 * indexes, transactions. Held to the same contract as the real one.
 */
public final class FakeConsul implements Consul {
    private static final Duration LOOK = Duration.ofMillis(5);

    private final VirtualTime time;
    private final Map<String, Service> services = new TreeMap<>();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Duration> lockDelays = new HashMap<>();
    private Map<String, KvEntry> keys = new TreeMap<>();
    private long index = 10;
    private boolean reachable = true;
    private boolean silent;
    private boolean leaderless;

    public FakeConsul(VirtualTime time) {
        this.time = time;
    }

    private record Session(SessionSpec spec, Duration renewed) {}

    private record Service(ServiceSpec spec, CheckStatus status, String note, Duration updated, Duration criticalSince) {}

    /** From now on nobody can reach it, or they can again. */
    public void setReachable(boolean value) {
        reachable = value;
    }

    /** From now on it takes requests and doesn't answer, or it does again. */
    public void setSilent(boolean value) {
        silent = value;
    }

    /** From now on its leader is dead whenever a heartbeat is over: that is taken, and all else waits for an election; or there is one again. */
    public void setLeaderless(boolean value) {
        leaderless = value;
    }

    /** As a server that comes back on an empty disk. */
    public void loseEverything() {
        services.clear();
        sessions.clear();
        lockDelays.clear();
        keys.clear();
    }

    /** Keys, sessions and checks outlive it; the lock-delays don't, and everybody's time-out begins anew. */
    public void restart() {
        lockDelays.clear();
        sessions.replaceAll((id, s) -> new Session(s.spec(), time.uptime()));
        services.replaceAll((id, s) -> s.status() == CheckStatus.CRITICAL
                ? s
                : new Service(s.spec(), s.status(), s.note(), time.uptime(), s.criticalSince()));
    }

    /** Nobody can take the lock on that key yet. */
    public boolean isDelayed(String key) {
        letTimePass();
        return Optional.ofNullable(lockDelays.get(key)).filter(until -> until.compareTo(time.uptime()) > 0).isPresent();
    }

    /** As it is, without anybody asking. */
    public Optional<KvEntry> peek(String key) {
        return Optional.ofNullable(keys.get(key));
    }

    /**
     * All that it has but indexes and times; sessions by their ids, those that live last.
     *
     * @param passing a service that doesn't count
     */
    public String described(String passing) {
        StringBuilder text = new StringBuilder();
        keys.values().forEach(e -> text.append(e.key()).append('=').append(e.value()).append(' ').append(e.session()).append('\n'));
        services.values().stream()
                .filter(s -> !s.spec().name().equals(passing))
                .forEach(s -> text.append(s.spec().id()).append(s.spec().tags()).append(s.spec().address()).append(s.status()).append('\n'));
        return text.append(new TreeMap<>(sessions).keySet()).append('\n').toString();
    }

    private void arrive(Deadline deadline) {
        if (leaderless) {
            time.sleep(deadline.remaining());
            throw new ConsulException("Consul has no leader", null);
        }
        arriveAtAgent(deadline);
    }

    private void arriveAtAgent(Deadline deadline) {
        if (silent) {
            time.sleep(deadline.remaining());
            throw new ConsulException("Consul doesn't answer", null);
        }
        if (!reachable) {
            throw new ConsulException("Consul can't be reached", null);
        }
        letTimePass();
    }

    private void letTimePass() {
        Duration now = time.uptime();
        services.replaceAll((id, s) -> {
            Duration expiry = s.updated().plus(s.spec().ttl());
            return s.status() != CheckStatus.CRITICAL && now.compareTo(expiry) >= 0
                    ? new Service(s.spec(), CheckStatus.CRITICAL, "TTL expired", s.updated(), expiry)
                    : s;
        });
        services.values().removeIf(s -> s.status() == CheckStatus.CRITICAL
                && s.spec().deregisterAfter().filter(after -> now.compareTo(s.criticalSince().plus(after)) >= 0).isPresent());
        List.copyOf(sessions.keySet()).forEach(id -> endOf(sessions.get(id)).filter(end -> now.compareTo(end) >= 0)
                .ifPresent(end -> end(id, end)));
    }

    /** When the session ends, as far as that is known now. */
    private Optional<Duration> endOf(Session session) {
        Duration ttl = session.renewed().plus(session.spec().ttl().multipliedBy(2));
        Optional<Duration> check = session.spec().serviceCheck().flatMap(this::failedAt);
        return Optional.of(check.filter(at -> at.compareTo(ttl) < 0).orElse(ttl));
    }

    private Optional<Duration> failedAt(String checkId) {
        Optional<Service> service = service(checkId);
        if (service.isEmpty()) {
            return Optional.of(time.uptime());
        }
        return service.filter(s -> s.status() == CheckStatus.CRITICAL).map(Service::criticalSince);
    }

    private Optional<Service> service(String checkId) {
        return services.values().stream().filter(s -> s.spec().checkId().equals(checkId)).findFirst();
    }

    private void end(String id, Duration at) {
        Session ended = sessions.remove(id);
        if (ended == null) {
            return;
        }
        for (KvEntry entry : List.copyOf(keys.values())) {
            if (entry.session().filter(id::equals).isPresent()) {
                keys.put(entry.key(), new KvEntry(entry.key(), entry.value(), ++index, Optional.empty()));
                lockDelays.put(entry.key(), at.plus(ended.spec().lockDelay()));
            }
        }
    }

    @Override
    public Optional<KvEntry> get(String key, Deadline deadline) {
        arrive(deadline);
        return Optional.ofNullable(keys.get(key));
    }

    @Override
    public Optional<KvEntry> awaitChange(String key, long modifyIndex, Duration wait, Deadline deadline) {
        Deadline until = deadline.atMost(wait);
        Optional<KvEntry> found = get(key, deadline);
        while (found.map(KvEntry::modifyIndex).filter(index -> index <= modifyIndex).isPresent() && !until.expired()) {
            time.sleep(LOOK);
            found = get(key, deadline);
        }
        return found;
    }

    @Override
    public List<KvEntry> list(String prefix, Deadline deadline) {
        arrive(deadline);
        return keys.values().stream().filter(e -> e.key().startsWith(prefix)).toList();
    }

    @Override
    public boolean cas(String key, String value, long modifyIndex, Deadline deadline) {
        return committed(new TxnOp.Cas(key, value, modifyIndex), deadline);
    }

    @Override
    public boolean deleteCas(String key, long modifyIndex, Deadline deadline) {
        return committed(new TxnOp.DeleteCas(key, modifyIndex), deadline);
    }

    @Override
    public boolean acquire(String key, String value, String session, Deadline deadline) {
        return committed(new TxnOp.Lock(key, value, session), deadline);
    }

    @Override
    public boolean release(String key, String value, String session, Deadline deadline) {
        return committed(new TxnOp.Unlock(key, value, session), deadline);
    }

    private boolean committed(TxnOp operation, Deadline deadline) {
        return transact(List.of(operation), deadline) instanceof TxnResult.Committed;
    }

    @Override
    public TxnResult transact(List<TxnOp> operations, Deadline deadline) {
        arrive(deadline);
        Map<String, KvEntry> draft = new TreeMap<>(keys);
        long next = index + 1;
        List<String> refused = new ArrayList<>();
        for (TxnOp operation : operations) {
            apply(operation, draft, next).ifPresent(refused::add);
        }
        if (!refused.isEmpty()) {
            return new TxnResult.Refused(List.copyOf(refused));
        }
        keys = draft;
        index = next;
        return new TxnResult.Committed();
    }

    private Optional<String> apply(TxnOp operation, Map<String, KvEntry> draft, long next) {
        return switch (operation) {
            case TxnOp.CheckSession check -> {
                Optional<String> holder = Optional.ofNullable(draft.get(check.key())).flatMap(KvEntry::session);
                yield refuse(!holder.equals(Optional.of(check.session())), "failed session check for key " + check.key());
            }
            case TxnOp.CheckIndex check ->
                refuse(indexOf(check.key(), draft) != check.modifyIndex(), "failed index check for key " + check.key());
            case TxnOp.Cas cas -> {
                if (indexOf(cas.key(), draft) != cas.modifyIndex()) {
                    yield Optional.of("failed to set key " + cas.key() + ", index is stale");
                }
                Optional<String> holder = Optional.ofNullable(draft.get(cas.key())).flatMap(KvEntry::session);
                draft.put(cas.key(), new KvEntry(cas.key(), cas.value(), next, holder));
                yield Optional.empty();
            }
            case TxnOp.DeleteCas delete -> {
                if (indexOf(delete.key(), draft) != delete.modifyIndex()) {
                    yield Optional.of("failed to delete key " + delete.key() + ", index is stale");
                }
                draft.remove(delete.key());
                yield Optional.empty();
            }
            case TxnOp.Lock lock -> lock(lock, draft, next);
            case TxnOp.Unlock unlock -> {
                Optional<String> holder = Optional.ofNullable(draft.get(unlock.key())).flatMap(KvEntry::session);
                if (!holder.equals(Optional.of(unlock.session()))) {
                    yield Optional.of("failed to unlock key " + unlock.key() + ", lock isn't held, or is held by another session");
                }
                draft.put(unlock.key(), new KvEntry(unlock.key(), unlock.value(), next, Optional.empty()));
                yield Optional.empty();
            }
        };
    }

    private Optional<String> lock(TxnOp.Lock lock, Map<String, KvEntry> draft, long next) {
        if (!sessions.containsKey(lock.session())) {
            throw new SessionGoneException("invalid session " + lock.session(), null);
        }
        if (Optional.ofNullable(lockDelays.get(lock.key())).filter(until -> until.compareTo(time.uptime()) > 0).isPresent()) {
            return Optional.of("failed to lock key " + lock.key() + " due to lock delay");
        }
        Optional<String> holder = Optional.ofNullable(draft.get(lock.key())).flatMap(KvEntry::session);
        if (holder.filter(h -> !h.equals(lock.session())).isPresent()) {
            return Optional.of("failed to lock key " + lock.key() + ", lock is already held");
        }
        draft.put(lock.key(), new KvEntry(lock.key(), lock.value(), next, Optional.of(lock.session())));
        return Optional.empty();
    }

    private static Optional<String> refuse(boolean refused, String reason) {
        return refused ? Optional.of(reason) : Optional.empty();
    }

    private static long indexOf(String key, Map<String, KvEntry> draft) {
        return Optional.ofNullable(draft.get(key)).map(KvEntry::modifyIndex).orElse(0L);
    }

    @Override
    public String createSession(SessionSpec spec, Deadline deadline) {
        arrive(deadline);
        if (spec.ttl().compareTo(Duration.ofSeconds(10)) < 0 || spec.ttl().compareTo(Duration.ofHours(24)) > 0) {
            throw new ConsulException("invalid session TTL " + spec.ttl(), null);
        }
        if (spec.serviceCheck().filter(id -> service(id).filter(s -> s.status() != CheckStatus.CRITICAL).isEmpty()).isPresent()) {
            throw new ConsulException("missing or critical check " + spec.serviceCheck().get(), null);
        }
        String id = String.format("00000000-0000-0000-0000-%012d", ++index);
        sessions.put(id, new Session(spec, time.uptime()));
        return id;
    }

    @Override
    public boolean renewSession(String session, Deadline deadline) {
        arriveAtAgent(deadline);
        return sessions.computeIfPresent(session, (id, s) -> new Session(s.spec(), time.uptime())) != null;
    }

    @Override
    public boolean sessionExists(String session, Deadline deadline) {
        arrive(deadline);
        return sessions.containsKey(session);
    }

    @Override
    public void destroySession(String session, Deadline deadline) {
        arrive(deadline);
        end(session, time.uptime());
    }

    @Override
    public void register(ServiceSpec service, Deadline deadline) {
        arrive(deadline);
        letTimePass();
        Optional<Service> before = Optional.ofNullable(services.get(service.id()));
        services.put(
                service.id(),
                new Service(
                        service,
                        before.map(Service::status).orElse(service.initial()),
                        before.map(Service::note).orElse(""),
                        time.uptime(),
                        before.map(Service::criticalSince).orElse(time.uptime())));
        letTimePass();
    }

    @Override
    public void deregister(String serviceId, Deadline deadline) {
        arrive(deadline);
        services.remove(serviceId);
        letTimePass();
    }

    @Override
    public boolean updateCheck(String checkId, CheckStatus status, String note, Deadline deadline) {
        arriveAtAgent(deadline);
        Optional<Service> found = service(checkId);
        found.ifPresent(s -> services.put(
                s.spec().id(), new Service(s.spec(), status, note, time.uptime(), time.uptime())));
        letTimePass();
        return found.isPresent();
    }

    @Override
    public List<ServiceInstance> instances(String service, Deadline deadline) {
        arrive(deadline);
        return services.values().stream()
                .filter(s -> s.spec().name().equals(service))
                .map(s -> new ServiceInstance(
                        s.spec().id(), service, "fake", s.spec().address(), s.spec().port(), s.spec().tags(), s.status(), s.note()))
                .collect(Collectors.toList());
    }

    @Override
    public boolean agentIsLocal() {
        return false;
    }
}
