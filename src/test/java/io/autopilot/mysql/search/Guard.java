package io.autopilot.mysql.search;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.simulate.Proxies;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** What the protocol can't do without; each can be taken away from the product, at its edge. */
enum Guard {
    /** P1: a row that is committed, and acknowledged, before a promise counts as proven. */
    BARRIER {
        @Override
        Object withoutOnServer(Mysql session, Method method, Object[] arguments) throws Throwable {
            return method.getName().equals("heartbeat") ? null : Proxies.invoke(session, method, arguments);
        }
    },

    /** P2: who leaves can't acknowledge any more. */
    CUT_OFF {
        @Override
        Object withoutOnServer(Mysql session, Method method, Object[] arguments) throws Throwable {
            return method.getName().startsWith("cutOff") ? null : Proxies.invoke(session, method, arguments);
        }
    },

    /** P3: one hand at a time on a mysqld. */
    ROLE_LOCK {
        @Override
        Object withoutOnServer(Mysql session, Method method, Object[] arguments) throws Throwable {
            return method.getName().endsWith("RoleLock") ? Boolean.TRUE : Proxies.invoke(session, method, arguments);
        }
    },

    /** P4: whoever takes over looks, in the same transaction, whether anybody else was faster. */
    ONE_TRANSACTION {
        @Override
        Object withoutOnConsul(Consul consul, Method method, Object[] arguments) throws Throwable {
            return method.getName().equals("transact")
                    ? consul.transact(unchecked(consul, (List<?>) arguments[0], (Deadline) arguments[1]), (Deadline) arguments[1])
                    : Proxies.invoke(consul, method, arguments);
        }
    },

    /** P1: what is promised, and what that is about to become, stand side by side. */
    TWO_ENTRIES {
        @Override
        Object withoutOnConsul(Consul consul, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("cas") && arguments[0].equals(World.DURABILITY)) {
                Durability promised = ClusterRecords.readDurability(World.DURABILITY, (String) arguments[1]);
                arguments[1] = ClusterRecords.write(promised.next().map(promised::settled).orElse(promised));
            }
            return Proxies.invoke(consul, method, arguments);
        }
    };

    /** What becomes of a call of a server without it. */
    Object withoutOnServer(Mysql session, Method method, Object[] arguments) throws Throwable {
        return Proxies.invoke(session, method, arguments);
    }

    /** What becomes of a call of Consul without it. */
    Object withoutOnConsul(Consul consul, Method method, Object[] arguments) throws Throwable {
        return Proxies.invoke(consul, method, arguments);
    }

    private static List<TxnOp> unchecked(Consul consul, List<?> operations, Deadline deadline) {
        List<TxnOp> unchecked = new ArrayList<>();
        for (Object operation : operations) {
            switch ((TxnOp) operation) {
                case TxnOp.CheckSession check -> {}
                case TxnOp.CheckIndex check -> {}
                case TxnOp.Cas cas -> unchecked.add(new TxnOp.Cas(cas.key(), cas.value(), index(consul, cas.key(), deadline)));
                case TxnOp.DeleteCas delete -> unchecked.add(new TxnOp.DeleteCas(delete.key(), index(consul, delete.key(), deadline)));
                case TxnOp.Lock lock -> unchecked.add(lock);
                case TxnOp.Unlock unlock -> {}
            }
        }
        return unchecked;
    }

    private static long index(Consul consul, String key, Deadline deadline) {
        return consul.get(key, deadline).map(KvEntry::modifyIndex).orElse(0L);
    }
}
