/**
 * The proof of the protocol by simulation: whole clusters of the product's own hooks over fakes, in virtual time, with everything that can go
 * wrong, and what must always hold (docs/protocol.md) looked at after every step.
 */
package io.autopilot.mysql.simulate;
