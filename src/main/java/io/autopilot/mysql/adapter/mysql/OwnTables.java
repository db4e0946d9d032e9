package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The database that this program keeps on each server: whose cluster it is, the journal of terms, the heartbeat. */
final class OwnTables {
    private static final int READ_ONLY = 1290;
    private static final int BAD_FIELD = 1054;

    private final Session session;
    private final Dialect dialect;

    OwnTables(Session session, Dialect dialect) {
        this.session = session;
        this.dialect = dialect;
    }

    /** The uuid that is there, else this one. */
    String markCluster(String clusterUuid) {
        String what = "mark the cluster";
        return Schema.read(what, session).clusterUuid().orElseGet(() -> {
            new Unlogged(session, dialect).run(what, () -> {
                Schema.create(what, session);
                session.run(what, "INSERT IGNORE INTO autopilot.cluster (one, uuid) VALUES (1, ?)", clusterUuid);
            });
            return Schema.read(what, session).clusterUuid().orElseThrow();
        });
    }

    void drop() {
        String what = "leave the cluster";
        new Unlogged(session, dialect).run(what, () -> session.run(what, "DROP DATABASE IF EXISTS autopilot"));
    }

    void completeJournal() {
        String what = "complete the journal";
        List<String> missing = Schema.missingFromJournal(what, session);
        if (!missing.isEmpty()) {
            new Unlogged(session, dialect).run(what, () -> missing.forEach(column -> session.run(what, column)));
        }
    }

    void journal(TermRecord term, Optional<Duration> gap) {
        try {
            insert(term, gap);
        } catch (MysqlException e) {
            if (e.code() != BAD_FIELD) {
                throw e;
            }
            // A table of an older version.
            completeJournal();
            insert(term, gap);
        }
    }

    private void insert(TermRecord term, Optional<Duration> gap) {
        writeUnlessReadOnly(
                "write the journal",
                "REPLACE INTO autopilot.journal (term, node, why, kind, from_node, write_gap_ms, executed, lost)"
                        + " SELECT ?, ?, LEFT(?, 1000), ?, ?, ?, ?, ?",
                term.term(),
                term.node(),
                term.why(),
                term.kind().map(kind -> kind.name().toLowerCase(Locale.ROOT)).orElse(null),
                term.from().orElse(null),
                gap.map(Duration::toMillis).orElse(null),
                term.executed().map(GtidSet::toString).orElse(null),
                term.lost().toString());
    }

    void heartbeat(long term) {
        // A row of each connection's own: one that waits for an acknowledgement that got lost holds its row, and only a later commit brings that.
        writeUnlessReadOnly("commit a heartbeat", "REPLACE INTO autopilot.heartbeat (id, term) SELECT CONNECTION_ID() % 100, ?", term);
    }

    /** The control user may write under read_only, and 5.6 has nothing stronger: so the statement itself looks (G1). */
    private void writeUnlessReadOnly(String what, String replace, @Nullable Object... parameters) {
        if (session.run(what, replace + " FROM DUAL WHERE @@GLOBAL.read_only = 0", parameters) == 0) {
            throw new MysqlException(what + " on " + session.server() + ": the server is read-only", false, READ_ONLY, null);
        }
    }
}
