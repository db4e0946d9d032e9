package io.autopilot.mysql.core;

import java.util.ArrayList;
import java.util.List;

/** Which files of a binary log hold given transactions; when in doubt one file more. */
public final class BinlogFiles {
    private BinlogFiles() {}

    /**
     * The names of the files that hold any of them, in the log's order. All files, when those don't account for every one.
     *
     * @param files the whole log, the oldest file first
     * @param executed what the server has executed, which ends the newest file
     */
    public static List<String> holding(GtidSet wanted, List<BinlogFile> files, GtidSet executed) {
        List<String> names = new ArrayList<>();
        GtidSet found = GtidSet.EMPTY;
        for (int i = 0; i < files.size(); i++) {
            GtidSet after = i + 1 < files.size() ? files.get(i + 1).before() : executed;
            GtidSet held = after.minus(files.get(i).before()).intersect(wanted);
            if (!held.isEmpty()) {
                names.add(files.get(i).name());
                found = found.union(held);
            }
        }
        return found.contains(wanted) ? List.copyOf(names) : files.stream().map(BinlogFile::name).toList();
    }
}
