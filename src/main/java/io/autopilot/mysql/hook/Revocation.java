package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.hook.PeerServers.Peer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which servers were stopped, and whether that ends what was promised (protocol P1, P4): then no write of the old primary can be
 * acknowledged any more, and every acknowledged one is on one of them.
 *
 * @param stopped server uuids whose receiver was seen stopped, by a hand that holds it
 * @param fenced server uuids that were seen fenced
 */
record Revocation(Durability durability, Set<String> stopped, Set<String> fenced) {

    static Revocation of(Durability durability, ServerState own, List<Peer> peers) {
        Set<String> fenced = new HashSet<>(
                peers.stream().filter(Peer::fenced).map(peer -> peer.state().serverUuid()).toList());
        if (own.isFencedReplica() || (own.replication().isEmpty() && !own.writable())) {
            fenced.add(own.serverUuid());
        }
        Set<String> stopped = Stream.concat(Stream.of(own), peers.stream().map(Peer::state))
                .filter(Revocation::isStopped)
                .map(ServerState::serverUuid)
                .collect(Collectors.toSet());
        return new Revocation(durability, stopped, fenced);
    }

    private static boolean isStopped(ServerState server) {
        return server.replication().filter(r -> r.receiver() != Receiver.OFF).isEmpty();
    }

    /** Empty: it does, or there is nothing to beat, since a lease that ran out ends asynchronous terms. */
    Optional<Reason> whyNot() {
        if (durability.mode() != Durability.Mode.LOSSLESS) {
            return Optional.empty();
        }
        return Stream.concat(Stream.of(durability.proven()), durability.next().stream())
                .filter(entry -> !entry.beatenBy(stopped, fenced.contains(entry.primaryUuid())))
                .findFirst()
                .map(this::missing);
    }

    private Reason missing(Durability.Entry entry) {
        long there = entry.ackSet().stream().filter(stopped::contains).count();
        return new Reason(
                entry.acksRequired() == 0
                        ? "no quorum: the primary of term " + entry.term()
                                + " wrote without acknowledgements, so only its own server is known to have everything"
                        : "no quorum: any " + entry.acksRequired() + " of " + entry.ackSet().size()
                                + " servers may have acknowledged the last writes of term " + entry.term() + ", so "
                                + entry.revocationQuorum() + " of them have to be there; " + there + " are");
    }
}
