package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The calls that one hook makes of Consul and of servers, each a step; one of them can be made to fail. */
public final class Steps {
    private final VirtualTime time;
    private final List<String> made = new ArrayList<>();
    private Predicate<String> which = name -> false;
    private Fault fault = Fault.REFUSED;
    private Duration late = Duration.ofSeconds(3);
    private boolean killed;

    /** What happens at a step. */
    public enum Fault {
        /** The hook is killed before it. */
        KILLED,
        /** It is not done. */
        REFUSED,
        /** It is done, and the hook isn't told. */
        ANSWER_LOST,
        /** It is done three seconds late, or as late as was asked for. */
        SLOW
    }

    /** The end of a process: nothing of it can catch this. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    public Steps(VirtualTime time) {
        this.time = time;
    }

    /** At the step of that number, the first is 1. */
    public Steps at(int number, Fault what) {
        which = name -> made.size() == number;
        fault = what;
        return this;
    }

    /** At every step of that name. */
    public Steps at(String step, Fault what) {
        which = step::equals;
        fault = what;
        return this;
    }

    /** Every step of that name is done so much later. */
    public Steps late(String step, Duration by) {
        late = by;
        return at(step, Fault.SLOW);
    }

    public List<String> made() {
        return List.copyOf(made);
    }

    public long count(String step) {
        return made.stream().filter(step::equals).count();
    }

    /** The same ports, whose calls are counted. */
    public Ports through(Ports ports) {
        MysqlServers servers = new MysqlServers() {
            @Override
            public Mysql connect(Address server, Deadline deadline) {
                return counted(Mysql.class, call("connect", () -> ports.servers().connect(server, deadline), true));
            }

            @Override
            public Mysql connectLocal(Deadline deadline) {
                return counted(Mysql.class, call("connectLocal", () -> ports.servers().connectLocal(deadline), true));
            }
        };
        return new Ports(
                counted(Consul.class, ports.consul()),
                servers,
                ports.program(),
                ports.state(),
                ports.ticker(),
                ports.sleeper(),
                ports.tasks(),
                ports.clock());
    }

    private <T> T counted(Class<T> port, T target) {
        Object proxy = Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (self, method, arguments) -> {
            // The death of a process closes its connections, too.
            return method.getName().equals("close")
                    ? invoke(method, target, arguments)
                    : call(method.getName(), () -> invoke(method, target, arguments), port == Mysql.class);
        });
        return port.cast(proxy);
    }

    private interface Call<T> {
        T run();
    }

    private <T> T call(String name, Call<T> call, boolean ofServer) {
        if (killed) {
            throw new Killed();
        }
        made.add(name);
        if (!which.test(name)) {
            return call.run();
        }
        switch (fault) {
            case KILLED -> {
                killed = true;
                throw new Killed();
            }
            case REFUSED -> throw failure(name, ofServer);
            case ANSWER_LOST -> {
                call.run();
                throw failure(name, ofServer);
            }
            case SLOW -> time.sleep(late);
        }
        return call.run();
    }

    private static RuntimeException failure(String name, boolean ofServer) {
        return ofServer ? new MysqlException(name + " failed", false, 0, null) : new ConsulException(name + " failed", null);
    }

    private static Object invoke(Method method, Object target, Object[] arguments) {
        try {
            method.setAccessible(true);
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
