package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotFitTest {
    @ParameterizedTest
    @CsvSource({
        "9.7.4, 9.7.4, true",
        "9.7.4, 9.7.3, true",
        "9.7.4, 9.8.0, false",
        "8.0.33, 8.0.34, true",
        "8.0.34, 8.0.33, false",
        "8.0.33, 8.4.0, false",
        "5.6.14, 5.6.51, true",
        "5.6.51, 5.6.14, true",
        "5.6.14, 5.7.1, false",
        "8.0.33-25, 8.0.33, true"
    })
    void aServerTakesOnlyDataOfItsOwnSeries(String data, String server, boolean fits) {
        assertEquals(
                fits, SnapshotFit.whyNot(MysqlVersion.parse(data), MysqlVersion.parse(server)).isEmpty());
    }
}
