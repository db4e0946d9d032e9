package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.SnapshotStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Ends a hook at its n-th step, a step being a call of a port: from then on every call fails, as nothing more happens in a process that is
 * killed, whatever stands in its finally blocks.
 */
public final class KillSwitch {
    private long left;

    /** @param steps so many calls come through; the next one doesn't */
    public KillSwitch(long steps) {
        this.left = steps;
    }

    /** The process is gone. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Whether all steps were used up, and one more was tried. */
    public boolean fired() {
        return left < 0;
    }

    private void step() {
        left = left < 0 ? left : left - 1;
        if (left < 0) {
            throw new Killed();
        }
    }

    /** The same port, whose calls count; connections and stores that it gives count as well. */
    public <T> T on(Class<T> port, T real) {
        Object counted = Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> {
            if (!(real instanceof Mysql && method.getName().equals("close"))) {
                // The kernel closes the connections of a process that is killed.
                step();
            }
            try {
                Object answer = method.invoke(real, arguments);
                return switch (answer) {
                    case Mysql connection -> on(Mysql.class, connection);
                    case SnapshotStore store -> on(SnapshotStore.class, store);
                    case null -> null;
                    default -> answer;
                };
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        return port.cast(counted);
    }
}
