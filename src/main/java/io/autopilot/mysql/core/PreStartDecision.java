package io.autopilot.mysql.core;

/** What becomes of the data directory before mysqld starts; one case an action. */
public sealed interface PreStartDecision {
    Reason reason();

    /** Something is done on the data volume. */
    sealed interface OnVolume extends PreStartDecision {}

    /** It is this cluster's data: start mysqld on it. */
    record UseData(Reason reason) implements OnVolume {}

    /** Consul doesn't know the cluster that this data belongs to: tell it, unless somebody else was faster, and look again. */
    record Announce(String clusterUuid, Reason reason) implements OnVolume {}

    /** This node founded the cluster that Consul knows: do what is left of that, and look again. */
    record Confirm(String clusterUuid, Reason reason) implements OnVolume {}

    /** Another node founded the cluster: remove what this node made. */
    record Wipe(Reason reason) implements OnVolume {}

    /** The data directory is given up and what only it has is archived: delete it, and look again. */
    record Discard(Reason reason) implements OnVolume {}

    /** Restore the newest snapshot that will do, and join. */
    record Restore(Reason reason) implements OnVolume {}

    /** Make a new, empty cluster, under the bootstrap lock. */
    record Initialise(Reason reason) implements OnVolume {}

    /** Make a new cluster from a stored snapshot ({@code latest} or an id), under the bootstrap lock. */
    record FoundFrom(String snapshot, Reason reason) implements OnVolume {}

    /** No snapshot will do, or a new one would have the node serve sooner: have a new one taken, and look again. */
    record AskForSnapshot(Reason reason) implements PreStartDecision {}

    /** Look again in a moment. */
    record Wait(Reason reason) implements PreStartDecision {}

    /** Only a person can decide; everything stays as it is. */
    record Refuse(Reason reason) implements PreStartDecision {}
}
