package io.autopilot.mysql.chaos;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a fault.
 *
 * @param recovery from the blow, or the last write before it took effect, to the next acknowledged one; empty: there was none in time
 * @param lost acknowledged rows that a server lacks, and which one; in asynchronous mode that can be
 * @param extra rows that are there and were not acknowledged
 * @param rebuilt nodes that came back with writes that nobody was told are done, and made their data anew
 * @param trouble why the cluster was not whole again in time, or could not be judged
 */
record Outcome(
        String fault,
        Setup setup,
        Optional<Duration> recovery,
        int acknowledged,
        Map<Long, String> lost,
        int extra,
        int unreadable,
        int rebuilt,
        Optional<String> trouble) {
    Outcome {
        lost = Map.copyOf(lost);
    }

    /** What is tested: a server and how it replicates. */
    record Setup(String version, boolean lossless) {
        String mode() {
            return lossless ? "lossless" : "async";
        }

        @Override
        public String toString() {
            return version + " " + mode();
        }
    }

    /** What must never be; empty when all is well. */
    Optional<String> violation() {
        String where = setup + ", " + fault + ": ";
        if (setup.lossless() && !lost.isEmpty()) {
            return Optional.of(where + lost.size() + " acknowledged rows are lost: " + lost);
        }
        if (unreadable > 0) {
            return Optional.of(where + unreadable + " rows can't be read");
        }
        if (recovery.isEmpty()) {
            return Optional.of(where + "no primary accepted writes in time");
        }
        return trouble.map(t -> where + t);
    }
}
