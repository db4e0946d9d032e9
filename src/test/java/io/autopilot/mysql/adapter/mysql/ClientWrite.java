package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.fake.FakeWrite.Answer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;

/** A write of the application's user on a real server, in a thread of its own. */
record ClientWrite(CompletableFuture<Answer> end) implements SemiSyncContract.Write {
    private static final int OFFLINE = 3032;
    private static final int READ_ONLY = 1290;

    /** Comes back when the session is there, or is refused. */
    static ClientWrite begin(TestServer server) {
        try {
            Connection client = server.login("shopkeeper", "the shop's own");
            return new ClientWrite(CompletableFuture.supplyAsync(() -> insert(client), task -> Thread.ofPlatform().daemon().start(task)));
        } catch (SQLException e) {
            return new ClientWrite(CompletableFuture.completedFuture(answer(e)));
        }
    }

    private static Answer insert(Connection open) {
        try (Connection client = open;
                Statement statement = client.createStatement()) {
            statement.execute("CREATE TABLE shop.sold (id INT PRIMARY KEY)");
            return Answer.OK;
        } catch (SQLException e) {
            return answer(e);
        }
    }

    private static Answer answer(SQLException e) {
        return switch (e.getErrorCode()) {
            case OFFLINE, READ_ONLY -> Answer.REFUSED;
            default -> Answer.LOST;
        };
    }

    @Override
    public Answer answer() {
        return end.getNow(Answer.NONE);
    }
}
