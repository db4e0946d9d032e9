package io.autopilot.mysql.simulate;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A hook's connection to a server: the client's side here, the server's session behind it, which ends when it learns that the client has. */
final class Connection {
    private static final Duration BEYOND_THE_DEADLINE = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final int LOOKS = 300;
    private static final Set<String> READS = Set.of("read", "executed");

    private final Simulation simulation;
    private final Place place;
    private final String where;
    private final Mysql session;
    private final Deadline deadline;
    private final boolean local;
    private boolean lost;
    private boolean seizing;
    /** Statements under way that nobody waits for. */
    private int alone;

    Connection(Simulation simulation, Place place, String where, boolean local, Mysql session, Deadline deadline) {
        this.simulation = simulation;
        this.place = place;
        this.where = where;
        this.local = local;
        this.session = session;
        this.deadline = Deadline.after(deadline.remaining().plus(BEYOND_THE_DEADLINE), simulation.time);
    }

    Mysql client() {
        return Proxies.of(Mysql.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "close" -> close();
            case "beginReadOnly" -> beginReadOnly(method, arguments);
            default -> call(method, arguments);
        });
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        Task.current().mustLive();
        if (lost) {
            throw new MysqlException("no connection to " + where, false, 2006, null);
        }
        String what = where + "." + method.getName() + (READS.contains(method.getName()) ? "" : words(arguments));
        try {
            return simulation.calls.call(place, what, deadline, arrival(method, arguments));
        } catch (MysqlException e) {
            // Without an answer nobody knows what else would be answered.
            lost = lost || e.unreachable();
            throw e;
        } finally {
            if (lost) {
                loseClient();
            }
        }
    }

    private Calls.Arrival arrival(Method method, Object[] arguments) {
        return new Calls.Arrival() {
            @Override
            public Object happen() throws Throwable {
                return arrive(method, arguments);
            }

            @Override
            public void isAlone() {
                alone++;
            }

            @Override
            public void isOver() {
                alone--;
            }
        };
    }

    private Object arrive(Method method, Object[] arguments) throws Throwable {
        Object answer = simulation.flaw.onServer(simulation, this, session, method, arguments, () -> Proxies.invoke(session, method, arguments));
        simulation.stir();
        seizing |= method.getName().equals("seizeRoleLock");
        return answer;
    }

    /** Whether it has taken the role lock by force, as only a take-over and a fence do. */
    boolean isSeizing() {
        return seizing;
    }

    boolean isLocal() {
        return local;
    }

    /** The statement is sent by a thread of its own. */
    private Object beginReadOnly(Method method, Object[] arguments) {
        Task.current().mustLive();
        Optional<Mysql.Pending>[] begun = newArray();
        RuntimeException[] failure = new RuntimeException[1];
        Task.current().start(() -> {
            try {
                begun[0] = Optional.of((Mysql.Pending) call(method, arguments));
            } catch (MysqlException e) {
                failure[0] = e;
            } catch (Killed e) {
                // So is who waits for it.
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        });
        return (Mysql.Pending) wait -> {
            Deadline until = Deadline.after(wait, simulation.time);
            simulation.time.await(() -> begun[0].isPresent() || failure[0] != null, wait);
            if (failure[0] != null) {
                throw failure[0];
            }
            return begun[0].isPresent() && begun[0].get().await(until.remaining());
        };
    }

    @SuppressWarnings("unchecked")
    private static Optional<Mysql.Pending>[] newArray() {
        return new Optional[] {Optional.empty()};
    }

    private Object close() {
        if (!lost) {
            lost = true;
            loseClient();
        }
        return null;
    }

    /** The server ends its session when it hears of it, and has done what it had been sent. */
    void loseClient() {
        lost = true;
        endSession(Duration.ofMillis(1), LOOKS);
    }

    private void endSession(Duration delay, int looks) {
        simulation.time.in(delay, () -> {
            if (looks > 0 && (alone > 0 || !place.isReachable())) {
                endSession(LOOK, looks - 1);
            } else {
                session.close();
            }
        });
    }

    private static String words(Object[] arguments) {
        return Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
