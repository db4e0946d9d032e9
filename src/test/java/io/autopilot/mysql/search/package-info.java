/**
 * The proof of the protocol by exhaustion: everything that can happen to one primary and two replicas within some bounds, in every order, with
 * the product's own hooks over fakes. Time passes, and hooks run, only when the search says so.
 */
package io.autopilot.mysql.search;
