package io.autopilot.mysql.search;

import io.autopilot.mysql.search.Action.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All that can happen within the bounds, the shortest first. A state in which hooks stop half-way is reached by doing all that led to
 * it again, since threads can't be copied; what was reached before is not looked at again.
 */
final class Search {
    private static final int NODES = 3;

    private final Bounds bounds;
    private final Queue<Path> open = new ArrayDeque<>();
    private final Set<Reached> reached = new HashSet<>();
    private final Consumer<String> progress;
    private final World start;
    private int transitions;

    Search(Bounds bounds, Optional<Guard> without) {
        this(bounds, without, reached -> {});
    }

    /** @param progress told of each depth that is reached */
    Search(Bounds bounds, Optional<Guard> without, Consumer<String> progress) {
        this.bounds = bounds;
        this.progress = progress;
        this.start = new World(bounds.acks(), without, Optional.empty());
        bounds.given().forEach(start::perform);
    }

    /** The way to a state, from its end. */
    private record Path(Optional<Path> before, Optional<Action> last, int depth, Budget budget) {
        List<Action> actions() {
            List<Action> all = new ArrayList<>();
            for (Optional<Path> path = Optional.of(this); path.isPresent(); path = path.get().before()) {
                path.get().last().ifPresent(all::add);
            }
            Collections.reverse(all);
            return all;
        }

        Path then(Action action) {
            return new Path(Optional.of(this), Optional.of(action), depth + 1, budget.without(action.kind().cost));
        }
    }

    /** What is left counts: with more of it, more can happen. */
    private record Reached(Key key, Budget left) {}

    /** @param violation what must not be, and how it came to be; empty: nothing was found */
    record Result(Bounds bounds, int states, int transitions, int depth, double seconds, Optional<Violation> violation) {
        @Override
        public String toString() {
            return String.format("%s: %d states, %d transitions, depth %d, %.1f s%s",
                    bounds, states, transitions, depth, seconds, violation.map(v -> "\n" + v).orElse(""));
        }
    }

    record Violation(List<Action> actions, String what) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            IntStream.range(0, actions.size()).forEach(i -> text.append("  ").append(i + 1).append(". ").append(actions.get(i)).append('\n'));
            return text.append("  => ").append(what).toString();
        }
    }

    Result run() {
        long began = System.nanoTime();
        Path nothing = new Path(Optional.empty(), Optional.empty(), 0, Budget.of(bounds));
        open.add(nothing);
        reached.add(new Reached(Key.of(start.described()), nothing.budget()));
        int depth = 0;
        Optional<Violation> found = Optional.empty();
        for (Path path = open.poll(); path != null && found.isEmpty(); path = open.poll()) {
            if (path.depth() > depth) {
                depth = path.depth();
                progress.accept(String.format("depth %d: %d states, %d transitions, %.0f s", depth, reached.size(), transitions, since(began)));
            }
            found = path.depth() < bounds.depth() ? expand(path) : Optional.empty();
        }
        return new Result(bounds, reached.size(), transitions, depth, since(began), found);
    }

    /** The same again, with all that happens. */
    static List<String> told(Bounds bounds, Optional<Guard> without, List<Action> actions) {
        List<String> trace = new ArrayList<>();
        World world = new World(bounds.acks(), without, Optional.of(trace));
        trace.clear();
        bounds.given().forEach(world::perform);
        actions.forEach(world::perform);
        world.close();
        return trace;
    }

    private static double since(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private Optional<Violation> expand(Path path) {
        World here = world(path);
        boolean canBeCopied = here.isAtRest();
        List<Action> possible = possible(here, path.budget());
        here.close();
        for (int i = 0; i < possible.size(); i++) {
            Action action = possible.get(i);
            Path next = path.then(action);
            World there = canBeCopied ? here.copy() : world(path);
            there.perform(action);
            transitions++;
            Optional<String> violation = there.watch.violation();
            if (violation.isPresent()) {
                there.close();
                return Optional.of(new Violation(next.actions(), violation.get()));
            }
            if (reached.add(new Reached(Key.of(there.described()), next.budget()))) {
                open.add(next);
            }
            possible.addAll(halfWay(action, there.steps(), path.budget()));
            there.close();
        }
        return Optional.empty();
    }

    /** The state at the end of that way. */
    private World world(Path path) {
        World world = start.copy();
        path.actions().forEach(world::perform);
        return world;
    }

    private List<Action> possible(World world, Budget budget) {
        List<Action> possible = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            boolean halfWay = kind.cost == Action.Cost.PARK;
            if (!halfWay && bounds.kinds().contains(kind) && budget.allows(kind.cost)) {
                candidates(kind).stream().filter(world::allows).forEach(possible::add);
            }
        }
        return possible;
    }

    private static List<Action> candidates(Kind kind) {
        boolean pairs = kind == Kind.CUT || kind == Kind.MEND;
        return IntStream.range(0, NODES)
                .boxed()
                .flatMap(node -> pairs
                        ? IntStream.range(node + 1, NODES).mapToObj(other -> new Action(kind, node, other))
                        : Stream.of(Action.of(kind, node)))
                .toList();
    }

    /** The same hook, but it stops before each of the steps that it was seen to make. */
    private List<Action> halfWay(Action whole, int steps, Budget budget) {
        Optional<Kind> part = switch (whole.kind()) {
            case HEALTH -> Optional.of(Kind.HEALTH_UP_TO);
            case SWITCHOVER -> Optional.of(Kind.SWITCHOVER_UP_TO);
            case STOP -> Optional.of(Kind.STOP_UP_TO);
            default -> Optional.empty();
        };
        return part.filter(kind -> bounds.kinds().contains(kind) && budget.allows(Action.Cost.PARK))
                .map(kind -> IntStream.rangeClosed(1, steps).mapToObj(step -> new Action(kind, whole.node(), step)).toList())
                .orElse(List.of());
    }
}
