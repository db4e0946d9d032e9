package io.autopilot.mysql.fake;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fake servers of a cluster and the network between them. Replication happens whenever anybody looks. */
public final class FakeMysqlNet {
    private static final int ACCESS_DENIED = 1045;

    private final VirtualTime time;
    private final Map<Address, FakeServer> servers = new LinkedHashMap<>();
    private final Set<Address> cut = new HashSet<>();
    private final Set<Set<Address>> cutPairs = new HashSet<>();
    private boolean byHand;

    public FakeMysqlNet(VirtualTime time) {
        this.time = time;
    }

    public FakeServer add(Address address, String uuid) {
        FakeServer server = new FakeServer(address, uuid, this, time);
        servers.put(address, server);
        return server;
    }

    /** From now on nobody reaches that server, and it reaches nobody, over the network. */
    public void cutOff(FakeServer server, boolean value) {
        if (value) {
            cut.add(server.address);
        } else {
            cut.remove(server.address);
        }
    }

    /** From now on those two don't reach each other, or they do again. */
    public void cutOff(FakeServer one, FakeServer other, boolean value) {
        Set<Address> pair = Set.of(one.address, other.address);
        if (value) {
            cutPairs.add(pair);
        } else {
            cutPairs.remove(pair);
        }
    }

    /** Who asks for the one is answered by the other, as after a restart that gave addresses anew. */
    public void giveAddress(FakeServer of, FakeServer to) {
        servers.put(of.address, to);
    }

    public Optional<FakeServer> at(Address address) {
        return Optional.ofNullable(servers.get(address));
    }

    public boolean connected(FakeServer one, FakeServer other) {
        return one.address.equals(other.address)
                || !(cut.contains(one.address)
                        || cut.contains(other.address)
                        || (!cutPairs.isEmpty() && cutPairs.contains(Set.of(one.address, other.address))));
    }

    /** From now on replication happens only by {@link FakeServer#receive}, {@link FakeServer#apply} and {@link FakeServer#settle}. */
    public void replicateByHand() {
        byHand = true;
    }

    void replicate() {
        if (byHand) {
            return;
        }
        // As many rounds as there can be hops.
        for (int round = 0; round < servers.size(); round++) {
            servers.values().forEach(FakeServer::pull);
            servers.values().forEach(FakeServer::apply);
        }
        servers.values().forEach(s -> s.semiSync.settle());
        servers.values().forEach(FakeServer::pull);
        servers.values().forEach(FakeServer::apply);
    }

    /** The replicas that receive from that server and acknowledge. */
    List<FakeServer> listeners(FakeServer source) {
        return servers.values().stream()
                .filter(s -> s.up && s.receiver && s.connected && s.semiSync.acknowledging)
                .filter(s -> s.source.flatMap(this::at).filter(at -> at == source).isPresent() && connected(s, source))
                .toList();
    }

    /** Ends what that user receives from that server. */
    void disconnect(FakeServer source, String user) {
        servers.values().stream()
                .filter(s -> s.sourceUser.equals(user) && s.source.flatMap(this::at).filter(at -> at == source).isPresent())
                .forEach(s -> {
                    s.connected = false;
                    s.cutOffs++;
                });
    }

    void loseReplicasOf(FakeServer source) {
        servers.values().stream()
                .filter(s -> s.source.flatMap(this::at).filter(at -> at == source).isPresent())
                .forEach(s -> s.connected = false);
    }

    VirtualTime time() {
        return time;
    }

    /** The servers as seen from one node, whose hooks have this password for the control user. */
    public MysqlServers seenFrom(FakeServer own, Secret controlPassword) {
        return new MysqlServers() {
            @Override
            public Mysql connect(Address server, Deadline deadline) {
                FakeServer target = reached(own, server, deadline);
                if (!target.controlPassword.equals(Optional.of(controlPassword))) {
                    throw denied(target);
                }
                return new FakeMysql(target, FakeMysqlNet.this, deadline);
            }

            @Override
            public Mysql connectLocal(Deadline deadline) {
                FakeServer target = reached(own, own.address, deadline);
                if (target.controlPassword.filter(p -> !p.equals(controlPassword)).isPresent()) {
                    throw denied(target);
                }
                return new FakeMysql(target, FakeMysqlNet.this, deadline);
            }
        };
    }

    private FakeServer reached(FakeServer from, Address server, Deadline deadline) {
        if (deadline.expired()) {
            throw new MysqlException("connect to " + server + ": no time left", true, 0, null);
        }
        return at(server)
                .filter(s -> s.up && !s.hangs && connected(from, s))
                .orElseThrow(() -> new MysqlException("can't connect to " + server, true, 0, null));
    }

    private static MysqlException denied(FakeServer server) {
        return new MysqlException("access denied at " + server.address, false, ACCESS_DENIED, null);
    }
}
