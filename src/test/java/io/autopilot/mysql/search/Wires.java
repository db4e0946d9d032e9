package io.autopilot.mysql.search;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.fake.FakeWrapper;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.hook.ControlLogin;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.simulate.Proxies;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the hooks of one machine talk to. Each call arrives at once, and before each that changes anything a hook may have to stop. */
final class Wires {
    private static final Set<String> CONSUL_STEPS = Set.of("cas", "deleteCas", "acquire", "release", "transact", "destroySession");
    /** What waits, or only asks, changes nothing that another could see. */
    private static final Set<String> SERVER_QUESTIONS = Set.of("read", "executed", "binlogs", "awaitApplied", "tryRoleLock", "completeJournal");

    private final World world;
    private final Machine machine;

    Wires(World world, Machine machine) {
        this.world = world;
        this.machine = machine;
    }

    Ports ports(Node node) {
        return new Ports(
                consul(),
                servers(node),
                new FakeWrapper(machine.state, () -> machine.server, () -> Process.current().step()),
                localState(),
                machine,
                duration -> Process.current().sleep(duration),
                work -> Process.current().start(work, world.watch::bug),
                world.clock.clock());
    }

    private Consul consul() {
        return Proxies.of(Consul.class, (proxy, method, arguments) -> {
            if (method.getName().equals("agentIsLocal")) {
                return false;
            }
            Process process = Process.current();
            process.call();
            if (machine.cutFromConsul) {
                process.learn("Consul", "silent");
                throw new ConsulException(method.getName() + ": no answer", null);
            }
            if (CONSUL_STEPS.contains(method.getName())) {
                process.step();
            }
            Object answer = world.without.isPresent()
                    ? world.without.get().withoutOnConsul(world.consul, method, arguments)
                    : Proxies.invoke(world.consul, method, arguments);
            remember(process, method, arguments, answer);
            world.watch.look();
            process.mustLive();
            return answer;
        });
    }

    /** What it changes follows from what it knows. */
    private void remember(Process process, Method method, Object[] arguments, Object answer) {
        world.trace("%s: %s%s -> %s", machine.name, method.getName(), List.of(arguments).subList(0, arguments.length - 1), answer);
        String question = method.getName() + (CONSUL_STEPS.contains(method.getName()) ? "" : arguments[0]);
        List<?> found = answer instanceof Optional<?> one ? one.stream().toList() : answer instanceof List<?> all ? all : List.of();
        StringBuilder told = new StringBuilder();
        for (Object each : found) {
            if (each instanceof KvEntry entry) {
                process.hasRead(entry);
                told.append(entry.key()).append(entry.value()).append(entry.session());
            } else {
                told.append(each);
            }
        }
        process.learn(question, found.isEmpty() ? String.valueOf(answer) : told.toString());
    }

    private MysqlServers servers(Node node) {
        FakeServer own = machine.server;
        MysqlServers real = world.net.seenFrom(own, ControlLogin.password(node.settings()));
        return new MysqlServers() {
            @Override
            public Mysql connect(Address to, Deadline deadline) {
                Process.current().mustLive();
                return connection(own, to, real.connect(to, deadline));
            }

            @Override
            public Mysql connectLocal(Deadline deadline) {
                Process.current().mustLive();
                return connection(own, own.address(), real.connectLocal(deadline));
            }
        };
    }

    private Mysql connection(FakeServer own, Address to, Mysql session) {
        Process.current().hold(session);
        return Proxies.of(Mysql.class, (proxy, method, arguments) -> {
            if (method.getName().equals("close")) {
                session.close();
                return null;
            }
            Process process = Process.current();
            process.call();
            if (!SERVER_QUESTIONS.contains(method.getName())) {
                process.step();
            }
            if (!world.net.connected(own, world.net.at(to).orElseThrow())) {
                throw new MysqlException("no way to " + to, true, 0, null);
            }
            Object answer = method.getName().equals("setAcknowledging")
                    ? setAcknowledging(to, session, (boolean) arguments[0])
                    : world.without.isPresent()
                            ? world.without.get().withoutOnServer(session, method, arguments)
                            : Proxies.invoke(session, method, arguments);
            process.learn(to + "." + method.getName(), answer instanceof Mysql.Pending ? "" : String.valueOf(answer));
            world.trace("%s: %s.%s%s -> %s", machine.name, world.nameAt(to), method.getName(), List.of(arguments), answer);
            world.replicate();
            process.mustLive();
            return answer;
        });
    }

    /** Several statements (adapter.mysql.SemiSyncPlugins); between the receiver's stop and its start there is time for another hand. */
    private @Nullable Object setAcknowledging(Address to, Mysql session, boolean acknowledging) {
        boolean receives = session.read().replication().filter(r -> r.receiver() != Receiver.OFF).isPresent();
        if (receives) {
            session.stopReceiver();
        }
        session.setAcknowledging(acknowledging);
        if (receives) {
            world.replicate();
            Process.current().step();
            // Whose session was killed meanwhile gets no further.
            session.executed();
            world.net.at(to).orElseThrow().startReceiverAlone();
        }
        return null;
    }

    private LocalState localState() {
        return Proxies.of(LocalState.class, (proxy, method, arguments) -> {
            Process process = Process.current();
            process.mustLive();
            Object answer = Proxies.invoke(machine.state, method, arguments);
            if (method.getName().equals("tryLock")) {
                ((Optional<?>) answer).ifPresent(lock -> process.hold((HookLock) lock));
            }
            return answer;
        });
    }
}
