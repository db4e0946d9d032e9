package io.autopilot.mysql.e2e;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The servers of the old series, one after the other. */
@Tag("side-by-side")
class OldServersE2E {
    /** Its snapshots are made by CLONE. */
    @Nested
    class OnMysql80 extends ClusterScenarios {
        OnMysql80() {
            super("autopilot-80", Images.of("8.0"));
        }
    }

    /** Its snapshots are made by the tests' stand-in for xtrabackup. */
    @Nested
    class OnMysql56 extends ClusterScenarios {
        OnMysql56() {
            super("autopilot-56", Images.of("5.6-standin"));
        }
    }
}
