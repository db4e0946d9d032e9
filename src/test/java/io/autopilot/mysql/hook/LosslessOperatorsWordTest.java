package io.autopilot.mysql.hook;

/** The same in lossless mode. */
class LosslessOperatorsWordTest extends OperatorsWordTest {
    @Override
    String mode() {
        return "lossless";
    }
}
