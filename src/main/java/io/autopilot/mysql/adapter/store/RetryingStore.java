package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store over a network, which is made when it is first used, and asked again when it was only busy or disturbed: after 0.2 s, then twice
 * as long each time up to 15 s, each pause between its half and its whole by chance, and never before the store asked for it. A call is given
 * up at its deadline, and when nothing but failures came for {@link #PATIENCE}; what another try would meet again is thrown at once. Every
 * call of the port may be made again. Thread-safe.
 */
public final class RetryingStore implements SnapshotStore {
    /** How long a store may be out in the middle of a snapshot. */
    static final Duration PATIENCE = Duration.ofMinutes(5);
    /** A check is waited for, and its caller tries again itself. */
    static final Duration PATIENCE_OF_CHECK = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(RetryingStore.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final int MOST_DOUBLINGS = 10;

    private final Supplier<SnapshotStore> maker;
    private final Sleeper sleeper;
    private final RandomGenerator random;
    private @Nullable SnapshotStore made;

    /**
     * Makes nothing yet.
     *
     * @param maker is asked once, unless it throws
     * @param random must be safe for several threads
     */
    public RetryingStore(Supplier<SnapshotStore> maker, Sleeper sleeper, RandomGenerator random) {
        this.maker = maker;
        this.sleeper = sleeper;
        this.random = random;
    }

    private synchronized SnapshotStore store() {
        SnapshotStore store = made;
        if (store == null) {
            store = maker.get();
            made = store;
        }
        return store;
    }

    @Override
    public String place() {
        return store().place();
    }

    @Override
    public void put(String name, byte[] content, Deadline deadline) {
        trying(PATIENCE, deadline, store -> {
            store.put(name, content, deadline);
            return name;
        });
    }

    @Override
    public Optional<byte[]> get(String name, int atMost, Deadline deadline) {
        return trying(PATIENCE, deadline, store -> store.get(name, atMost, deadline));
    }

    @Override
    public List<Stored> list(Deadline deadline) {
        return trying(PATIENCE, deadline, store -> store.list(deadline));
    }

    @Override
    public void delete(String name, Deadline deadline) {
        trying(PATIENCE, deadline, store -> {
            store.delete(name, deadline);
            return name;
        });
    }

    @Override
    public List<String> removeUnfinished(Deadline deadline) {
        return trying(PATIENCE, deadline, store -> store.removeUnfinished(deadline));
    }

    @Override
    public SnapshotStore within(String name) {
        String checked = ObjectNames.checked(name);
        return new RetryingStore(() -> store().within(checked), sleeper, random);
    }

    @Override
    public List<String> places(Deadline deadline) {
        return trying(PATIENCE, deadline, store -> store.places(deadline));
    }

    @Override
    public void deleteAll(Deadline deadline) {
        trying(PATIENCE, deadline, store -> {
            store.deleteAll(deadline);
            return store;
        });
    }

    @Override
    public void check(Deadline deadline) {
        trying(PATIENCE_OF_CHECK, deadline, store -> {
            store.check(deadline);
            return store;
        });
    }

    private <T> T trying(Duration patience, Deadline deadline, Function<SnapshotStore, T> work) {
        Deadline until = deadline;
        Optional<StoreException> before = Optional.empty();
        for (int tries = 1; ; tries++) {
            try {
                return work.apply(store());
            } catch (StoreException e) {
                if (tries == 1) {
                    until = deadline.atMost(patience);
                }
                sleeper.sleep(pauseAfter(e, before, tries, until));
                before = Optional.of(e);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new StoreException("interrupted between two tries", null);
            }
        }
    }

    /** @throws StoreException the failure, when it isn't to be tried again */
    private Duration pauseAfter(StoreException failure, Optional<StoreException> before, int tries, Deadline until) {
        Duration wanted = failure.retryAfter().orElse(Duration.ZERO);
        Duration own = pause(tries);
        Duration pause = own.compareTo(wanted) > 0 ? own : wanted;
        if (!failure.isTransient()) {
            throw failure;
        }
        if (pause.compareTo(until.remaining()) >= 0) {
            throw failure.with(givenUp(failure, before, tries, wanted));
        }
        LOG.info("event=store-retry try={} pause={}ms reason=\"{}\"", tries, pause.toMillis(), failure.getMessage());
        return pause;
    }

    /** The last try may have failed for want of time only; then it matters what the others failed for. */
    private static String givenUp(StoreException failure, Optional<StoreException> before, int tries, Duration wanted) {
        String asked = wanted.isZero() ? "" : "; the store asks for " + wanted.toSeconds() + "s before the next try";
        String earlier = before.map(Throwable::getMessage)
                .filter(text -> !text.equals(failure.getMessage()))
                .map(text -> "; before that: " + text)
                .orElse("");
        String tried = tries == 1 ? "" : " (tried " + tries + " times)";
        return asked + tried + earlier;
    }

    private Duration pause(int tries) {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(tries - 1, MOST_DOUBLINGS));
        Duration whole = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return whole.dividedBy(2).plusNanos(random.nextLong(whole.toNanos() / 2));
    }
}
