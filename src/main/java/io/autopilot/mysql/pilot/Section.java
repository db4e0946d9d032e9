package io.autopilot.mysql.pilot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One object of the file while it is read: collects what is wrong and, in the end, the keys that nobody asked for. */
final class Section {
    private final String path;
    private final Json.Members members;
    private final List<String> problems;
    private final Set<String> known = new HashSet<>();

    /** @param path how a message names this object; empty for the whole file */
    Section(String path, Json.Members members, List<String> problems) {
        this.path = path;
        this.members = members;
        this.problems = problems;
    }

    boolean has(String key) {
        return members.values().containsKey(key);
    }

    Optional<Json> value(String key) {
        known.add(key);
        return Optional.ofNullable(members.values().get(key));
    }

    Optional<String> text(String key) {
        return value(key).flatMap(value -> {
            if (value instanceof Json.Text text) {
                return Optional.of(text.value());
            }
            problem(key, "has to be a string");
            return Optional.empty();
        });
    }

    /** A text out of a few; the first of them when it is absent. */
    String oneOf(String key, String... allowed) {
        Optional<String> given = text(key);
        if (given.isPresent() && !List.of(allowed).contains(given.get())) {
            problem(key, "'" + given.get() + "' is none of " + List.of(allowed));
        }
        return given.orElse(allowed[0]);
    }

    OptionalLong whole(String key, long least, long most) {
        Optional<Json> value = value(key);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (value.get() instanceof Json.Whole whole && whole.value() >= least && whole.value() <= most) {
            return OptionalLong.of(whole.value());
        }
        problem(key, "has to be a whole number from " + least + " to " + most);
        return OptionalLong.empty();
    }

    boolean truth(String key, boolean fallback) {
        Optional<Json> value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        if (value.get() instanceof Json.Truth truth) {
            return truth.value();
        }
        problem(key, "has to be true or false");
        return fallback;
    }

    /** A string in Go's form ({@code 1m30s}), or a number of seconds; at least a millisecond. */
    Optional<Duration> duration(String key) {
        return value(key).flatMap(value -> {
            Optional<Duration> duration =
                    switch (value) {
                        case Json.Text text -> GoDuration.read(text.value());
                        case Json.Whole whole -> GoDuration.read(Long.toString(whole.value()));
                        case Json.Truth ignored -> Optional.empty();
                        case Json.Other ignored -> Optional.empty();
                        case Json.Array ignored -> Optional.empty();
                        case Json.Members ignored -> Optional.empty();
                    };
            if (duration.isEmpty() || duration.get().toMillis() < 1) {
                problem(key, "has to be a duration such as \"20s\" or \"1m30s\", of at least a millisecond");
                return Optional.empty();
            }
            return duration;
        });
    }

    /** A program with its arguments: an array, or a string that is cut at its blanks, with no quoting. */
    List<String> command(String key) {
        List<String> words = value(key).filter(Json.Text.class::isInstance).isPresent()
                ? text(key).filter(text -> !text.isBlank()).map(text -> List.of(text.strip().split(" "))).orElse(List.of())
                : texts(key);
        if (has(key) && words.isEmpty()) {
            problem(key, "names no program");
        }
        return words;
    }

    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (Json value : list(key)) {
            if (value instanceof Json.Text text) {
                texts.add(text.value());
            } else {
                problem(key, "has to be an array of strings");
            }
        }
        return texts;
    }

    List<Json> list(String key) {
        Optional<Json> value = value(key);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof Json.Array array) {
            return array.values();
        }
        problem(key, "has to be an array");
        return List.of();
    }

    Optional<Section> section(String key) {
        return value(key).flatMap(value -> {
            if (value instanceof Json.Members inner) {
                return Optional.of(new Section(named(key), inner, problems));
            }
            problem(key, "has to be an object");
            return Optional.empty();
        });
    }

    void problem(String key, String what) {
        Json value = members.values().get(key);
        problems.add((value == null ? members.place() : value.place()) + ": " + named(key) + " " + what);
    }

    /** Reports every key that was not asked for until now. */
    void refuseTheRest() {
        for (String key : members.values().keySet()) {
            if (!known.contains(key)) {
                problem(key, "is not a key of the subset: see docs/supervisor.md");
            }
        }
    }

    private String named(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
