package io.autopilot.mysql.pilot;

import java.util.Optional;

/** Something that happened to a job or a watch and that a job may wait for. */
public record Event(Kind kind, String source) {
    public enum Kind {
        EXIT_SUCCESS("exitSuccess"),
        EXIT_FAILED("exitFailed"),
        HEALTHY("healthy"),
        UNHEALTHY("unhealthy"),
        CHANGED("changed"),
        STOPPING("stopping"),
        STOPPED("stopped");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        static Optional<Kind> named(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return word;
        }
    }
}
