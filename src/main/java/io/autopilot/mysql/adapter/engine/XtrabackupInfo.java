package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.core.BinlogPosition;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.SnapshotException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What XtraBackup's small files and its version line say. */
final class XtrabackupInfo {
    private static final Pattern BINLOG = Pattern.compile("([^\\t\\n]+)\\t(\\d+)(?:\\t(.*))?", Pattern.DOTALL);
    private static final Pattern VERSION = Pattern.compile("xtrabackup version (\\d+\\.\\d+\\.\\d+\\S*)");

    private XtrabackupInfo() {}

    /** Position and set of {@code xtrabackup_binlog_info}. */
    record Binlog(BinlogPosition position, GtidSet executed) {}

    /** File, position and set between tabs; a set of several servers goes on over the next lines. */
    static Binlog readBinlog(String text) {
        Matcher form = BINLOG.matcher(text.strip());
        if (!form.matches()) {
            throw new SnapshotException("xtrabackup_binlog_info makes no sense: '" + text.strip() + "'");
        }
        String set = form.group(3) == null ? "" : form.group(3);
        try {
            return new Binlog(new BinlogPosition(form.group(1), Long.parseLong(form.group(2))), GtidSet.parse(set));
        } catch (IllegalArgumentException e) {
            throw new SnapshotException("xtrabackup_binlog_info makes no sense: " + e.getMessage(), e);
        }
    }

    /** Whether {@code xtrabackup_checkpoints} says so. */
    static boolean hasType(String checkpoints, String type) {
        return checkpoints.lines().anyMatch(line -> line.replace(" ", "").equals("backup_type=" + type));
    }

    /** The version out of what {@code xtrabackup --version} says. */
    static MysqlVersion readVersion(String text) {
        Matcher version = VERSION.matcher(text);
        if (!version.find()) {
            throw new SnapshotException("xtrabackup --version says nothing of use: " + text.strip());
        }
        return MysqlVersion.parse(version.group(1));
    }

    /** 2.3 is for 5.6, 2.4 for 5.6 and 5.7; from 8.0 on each series has its own. */
    static boolean fits(MysqlVersion tool, MysqlVersion server) {
        if (tool.major() == 2) {
            return server.major() == 5 && (server.minor() == 6 || (server.minor() == 7 && tool.minor() >= 4));
        }
        return tool.major() == server.major() && tool.minor() == server.minor();
    }
}
