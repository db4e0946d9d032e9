package io.autopilot.mysql.hook;

/** The same of a cluster in lossless mode. */
class LosslessAdoptTest extends AdoptTest {
    @Override
    String mode() {
        return "lossless";
    }
}
