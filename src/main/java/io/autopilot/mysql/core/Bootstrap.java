package io.autopilot.mysql.core;

/**
 * That a cluster was founded because an operator said so. The word is obeyed once: it stays in the environment of every node, and must neither
 * found a second cluster beside the first one, nor make a later loss of all data a silent step back.
 *
 * @param clusterUuid the cluster that was founded
 * @param word what BOOTSTRAP_FROM said
 */
public record Bootstrap(String clusterUuid, String word) {}
