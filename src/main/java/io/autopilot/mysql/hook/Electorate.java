package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Candidate;
import io.autopilot.mysql.core.Election;
import io.autopilot.mysql.core.ElectionView;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Lineage;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.core.Verdict;
import io.autopilot.mysql.hook.PeerServers.Peer;
import io.autopilot.mysql.port.Deadline;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is elected among in a take-over, and the word that Consul gets when nobody is (protocol P4). */
final class Electorate {
    private static final Logger LOG = LoggerFactory.getLogger(Electorate.class);

    private final Node node;
    private final Ports ports;
    private final ClusterKeys keys;

    Electorate(Node node, Ports ports, ClusterKeys keys) {
        this.node = node;
        this.ports = ports;
        this.keys = keys;
    }

    /** @param disowned what bars whoever has it */
    ElectionView view(Announcement.Made announced, ServerState mine, PeerServers peers, GtidSet disowned, Deadline deadline) {
        Map<String, Reason> out = peers.leftOut();
        peers.all().forEach(peer -> leftOut(peer, mine, disowned).ifPresent(why -> out.put(peer.node(), why)));
        return new ElectionView(
                node.name(), candidates(announced, mine, peers, disowned), out, lineage(announced, mine, peers, deadline));
    }

    /** No election came about: acknowledged writes may be on servers that are not there. */
    void stopped(Announcement.Made announced, Reason why, ServerState mine, PeerServers peers, Deadline deadline) {
        GtidSet disowned = disowned(announced.last(), mine, deadline);
        stopped(announced.term(), why, view(announced, mine, peers, disowned, deadline), deadline);
    }

    /** Nobody is promoted, and an operator reads why in the status, and once in the log. */
    void stopped(long term, Reason why, ElectionView view, Deadline deadline) {
        List<Verdict> verdicts = Election.verdicts(view);
        Instant now = ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        if (keys.noteStoppedElection(new StoppedElection(term, node.name(), now, why, verdicts), deadline)) {
            say(verdicts);
        }
    }

    /** What spoke for and against each node, told to the log. */
    List<Verdict> verdicts(ElectionView view) {
        List<Verdict> verdicts = Election.verdicts(view);
        say(verdicts);
        return verdicts;
    }

    private static void say(List<Verdict> verdicts) {
        verdicts.forEach(verdict ->
                LOG.info("event=candidate node={} standing={} reason=\"{}\"", verdict.node(), verdict.standing(), verdict.reason()));
    }

    private static Optional<Reason> leftOut(Peer peer, ServerState mine, GtidSet disowned) {
        GtidSet has = peer.state().received().intersect(disowned);
        if (!has.isEmpty()) {
            return Optional.of(new Reason("it has what the history went on without: " + has));
        }
        return peer.state().clusterUuid().equals(mine.clusterUuid())
                ? Optional.empty()
                : Optional.of(new Reason("its data belongs to another cluster"));
    }

    /** All those are revoked whose acknowledgements a term would have needed: what it has written, one of them has. */
    private Lineage lineage(Announcement.Made announced, ServerState mine, PeerServers peers, Deadline deadline) {
        GtidSet received = peers.all().stream().map(peer -> peer.state().received()).reduce(mine.received(), GtidSet::union);
        return Lineage.ofWhatCameToBe(keys.history(deadline), announced.durability().value().proven().term(), received);
    }

    /**
     * What an established primary lacked and somebody else still has: it lies in the archive, and the last primary didn't get it later. A node
     * that has it is no candidate, and holds nobody up.
     */
    GtidSet disowned(PrimaryRecord last, ServerState mine, Deadline deadline) {
        GtidSet archived = keys.evidence(deadline).stream()
                .filter(kept -> mine.clusterUuid().equals(Optional.of(kept.clusterUuid())))
                .map(Evidence::errant)
                .reduce(GtidSet.EMPTY, GtidSet::union);
        return archived.minus(last.executed().orElse(GtidSet.EMPTY));
    }

    List<Candidate> candidates(Announcement.Made announced, ServerState mine, PeerServers peers, GtidSet disowned) {
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(new Candidate(node.name(), mine.received(), Optional.empty()));
        for (Peer peer : peers.all()) {
            if (leftOut(peer, mine, disowned).isEmpty()) {
                candidates.add(new Candidate(peer.node(), peer.state().received(), barred(announced, peer)));
            }
        }
        return candidates;
    }

    /** The transactions of those count, and can be fetched, but another server takes over. */
    private static Optional<Reason> barred(Announcement.Made announced, Peer peer) {
        PrimaryRecord last = announced.last();
        if (peer.state().serverUuid().equals(last.serverUuid())) {
            return Optional.of(new Reason("was the primary of term " + last.term()));
        }
        return Optional.ofNullable(announced.config().value().maintenance().get(peer.node())).map(m -> new Reason("is " + m.text()));
    }
}
