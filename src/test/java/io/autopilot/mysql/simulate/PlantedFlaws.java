package io.autopilot.mysql.simulate;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.simulate.Calls.Arrival;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One guard of the protocol each, taken away at the edge of the product. */
enum PlantedFlaws implements Flaw {
    /** P1: what the promise is to become is published as what it is. */
    ONE_ENTRY {
        @Override
        public Object onConsul(Simulation simulation, SimNode caller, Consul consul, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            boolean promises = method.getName().equals("cas") && arguments[0].equals(DURABILITY);
            if (promises) {
                Durability promised = ClusterRecords.readDurability(DURABILITY, (String) arguments[1]);
                arguments[1] = ClusterRecords.write(promised.next().map(promised::settled).orElse(promised));
            }
            return real.happen();
        }
    },

    /** P1: the server asks for fewer acknowledgements than are promised. */
    TOO_FEW_ACKS {
        @Override
        public Object onServer(Simulation simulation, Connection connection, Mysql session, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            if (method.getName().equals("requireAcks") && (int) arguments[0] == 1) {
                session.requireNoAcks();
                return null;
            }
            return real.happen();
        }
    },

    /** P1: a replica acknowledges though nobody has published it as a member. */
    UNPUBLISHED_MEMBER {
        @Override
        public Object onConsul(Simulation simulation, SimNode caller, Consul consul, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            return seenByOthers(caller, method, arguments, real.happen(), durability -> {
                Durability.Entry newest = durability.newest();
                Set<String> members = new TreeSet<>(newest.ackSet());
                members.add(caller.server.uuid());
                return durability.withProven(
                        new Durability.Entry(newest.term(), newest.primaryUuid(), members, newest.acksRequired()));
            });
        }
    },

    /** P2: a member that leaves is not cut off. */
    NO_CUT_OFF {
        @Override
        public Object onServer(Simulation simulation, Connection connection, Mysql session, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            return method.getName().startsWith("cutOff") ? null : real.happen();
        }
    },

    /** P4: whoever takes over believes that nobody else may have acknowledged. */
    NO_QUORUM {
        @Override
        public Object onConsul(Simulation simulation, SimNode caller, Consul consul, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            return seenByOthers(caller, method, arguments, real.happen(), durability -> new Durability(
                    durability.mode(),
                    alone(durability.proven(), caller),
                    durability.next().map(next -> alone(next, caller)),
                    durability.leaving(),
                    durability.intent(),
                    durability.handOver()));
        }
    },

    /** P4: receivers are believed to be stopped that run on. */
    NOT_STOPPED {
        @Override
        public Object onServer(Simulation simulation, Connection connection, Mysql session, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            if (method.getName().equals("stopReceiver") && connection.isSeizing()) {
                return null;
            }
            Object answer = real.happen();
            return answer instanceof ServerState state && connection.isSeizing() ? stopped(state) : answer;
        }
    },

    /** P4: whoever takes over doesn't see that another one has more. */
    NO_SUPERSET {
        @Override
        public Object onServer(Simulation simulation, Connection connection, Mysql session, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            Object answer = real.happen();
            return answer instanceof ServerState state && connection.isSeizing() && !connection.isLocal()
                    ? with(state, GtidSet.EMPTY, state.replication().map(r -> with(r, GtidSet.EMPTY, r.receiver())))
                    : answer;
        }
    },

    /** P4: the take-over's transaction doesn't look whether anybody else was faster. */
    UNCHECKED_TRANSACTION {
        @Override
        public Object onConsul(Simulation simulation, SimNode caller, Consul consul, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            if (!method.getName().equals("transact")) {
                return real.happen();
            }
            Deadline deadline = (Deadline) arguments[1];
            List<TxnOp> unchecked = new ArrayList<>();
            for (Object operation : (List<?>) arguments[0]) {
                switch ((TxnOp) operation) {
                    case TxnOp.CheckSession check -> {}
                    case TxnOp.CheckIndex check -> {}
                    case TxnOp.Cas cas -> unchecked.add(new TxnOp.Cas(cas.key(), cas.value(), index(consul, cas.key(), deadline)));
                    case TxnOp.DeleteCas delete ->
                        unchecked.add(new TxnOp.DeleteCas(delete.key(), index(consul, delete.key(), deadline)));
                    case TxnOp.Lock lock -> unchecked.add(lock);
                    case TxnOp.Unlock unlock -> {}
                }
            }
            return consul.transact(unchecked, deadline);
        }
    },

    /** P5: those who wait are told OK before their sessions end. */
    FENCE_TELLS_OK {
        @Override
        public Object onServer(Simulation simulation, Connection connection, Mysql session, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            if (method.getName().equals("setOffline") && (boolean) arguments[0]) {
                session.requireNoAcks();
            }
            return real.happen();
        }
    },

    /** P7, asynchronous: who had the lease once believes to have it still. */
    LEASE_NOT_CHECKED {
        @Override
        public Object onConsul(Simulation simulation, SimNode caller, Consul consul, Method method, Object[] arguments, Arrival real)
                throws Throwable {
            Object answer = real.happen();
            if (!method.getName().equals("get") || !arguments[0].equals(LEASE)) {
                return answer;
            }
            Optional<?> seen = (Optional<?>) answer;
            if (seen.isPresent() && ((KvEntry) seen.get()).session().filter(s -> caller.state.session().equals(Optional.of(s))).isPresent()) {
                simulation.memory.put(caller.name, answer);
            }
            return simulation.memory.getOrDefault(caller.name, answer);
        }
    };

    private static final String DURABILITY = "mysql/durability";
    private static final String LEASE = "mysql-primary";

    private interface Change {
        Durability of(Durability durability);
    }

    /** The durability key as anybody but the primary sees it. */
    private static Object seenByOthers(SimNode caller, Method method, Object[] arguments, Object answer, Change change) {
        boolean asked = method.getName().equals("get") && arguments[0].equals(DURABILITY);
        if (!asked || ((Optional<?>) answer).isEmpty()) {
            return answer;
        }
        KvEntry entry = (KvEntry) ((Optional<?>) answer).orElseThrow();
        Durability durability = ClusterRecords.readDurability(entry.key(), entry.value());
        return durability.newest().primaryUuid().equals(caller.server.uuid())
                ? answer
                : Optional.of(new KvEntry(
                        entry.key(), ClusterRecords.write(change.of(durability)), entry.modifyIndex(), entry.session()));
    }

    private static Durability.Entry alone(Durability.Entry entry, SimNode node) {
        return new Durability.Entry(entry.term(), entry.primaryUuid(), Set.of(node.server.uuid()), 1);
    }

    private static long index(Consul consul, String key, Deadline deadline) {
        return consul.get(key, deadline).map(KvEntry::modifyIndex).orElse(0L);
    }

    private static ServerState stopped(ServerState state) {
        return with(state, state.executed(), state.replication().map(r -> with(r, r.retrieved(), Receiver.OFF)));
    }

    private static ReplicationState with(ReplicationState r, GtidSet retrieved, Receiver receiver) {
        return new ReplicationState(
                r.source(), r.user(), receiver, r.applierRunning(), r.autoPosition(), retrieved, r.lag(), r.receiverError(),
                r.applierError());
    }

    private static ServerState with(ServerState s, GtidSet executed, Optional<ReplicationState> replication) {
        return new ServerState(
                s.version(), s.serverUuid(), s.readOnly(), s.superReadOnly(), s.offline(), executed, s.purged(), replication,
                s.semiSync(), s.uptime(), s.clusterUuid(), s.journalTerm());
    }
}
