package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.DataMark;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a data directory aside and puts it in its place by one rename. The notes about it are written before the rename: notes
 * about an empty directory mean nothing, a directory without its note would be refused.
 */
final class RestoredDirectory {
    private RestoredDirectory() {}

    /**
     * What was made.
     *
     * @param gtidsToSet what mysqld has to be told
     * @param leftCluster the cluster that the data still says it belongs to
     */
    record Made(DataMark mark, Optional<GtidSet> gtidsToSet, Optional<String> leftCluster) {}

    static void make(LocalState state, DataVolume volume, Function<Path, Made> maker) {
        Path directory = volume.newDirectory();
        boolean adopted = false;
        try {
            Made made = maker.apply(directory);
            state.deleteRestoredGtids();
            state.deleteLeftCluster();
            made.gtidsToSet().ifPresent(state::writeRestoredGtids);
            made.leftCluster().ifPresent(state::writeLeftCluster);
            state.writeDataMark(made.mark());
            volume.adopt(directory);
            adopted = true;
        } finally {
            if (!adopted) {
                volume.discard(directory);
            }
        }
    }
}
