package io.autopilot.mysql.simulate;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.simulate.Task.Death;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * The way of each call of a hook to what it calls, and back. On it, it is slow, lost or delayed by the network, or its hook is killed; what was
 * sent arrives all the same.
 */
final class Calls {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration LATEST = Duration.ofSeconds(30);

    private final Simulation simulation;

    Calls(Simulation simulation) {
        this.simulation = simulation;
    }

    /** What is done at the place. */
    interface Arrival {
        Object happen() throws Throwable;

        /** It was sent, and whoever sent it has gone. */
        default void isAlone() {}

        default void isOver() {}
    }

    /** There and back by the deadline, or the place's silence. */
    Object call(Place place, String what, Deadline deadline, Arrival arrival) throws Throwable {
        Task task = Task.current();
        Optional<Death> death = task.nextCall();
        if (death.equals(Optional.of(Death.BEFORE_THE_CALL))) {
            simulation.trace("%s dies before %s", task.name, what);
            throw task.die();
        }
        Duration way = way(task.random, place);
        if (death.equals(Optional.of(Death.ON_THE_WAY))) {
            simulation.trace("%s dies, and %s is on its way", task.name, what);
            goOnAlone(task, place, what, way.plus(late(task.random)), arrival);
            throw task.die();
        }
        if (place.refuses()) {
            task.sleep(way);
            throw place.silence(what);
        }
        if (!travel(task, place, way, deadline)) {
            if (task.random.nextBoolean()) {
                goOnAlone(task, place, what, late(task.random), arrival);
            }
            simulation.trace("%s: %s doesn't get there in time", task.name, what);
            throw place.silence(what);
        }
        return comeBack(task, place, what, deadline, death, arrival);
    }

    private Object comeBack(Task task, Place place, String what, Deadline deadline, Optional<Death> death, Arrival arrival)
            throws Throwable {
        Optional<Throwable> failure = Optional.empty();
        Optional<Object> answer = Optional.empty();
        try {
            answer = Optional.ofNullable(arrival.happen());
        } catch (Killed e) {
            throw e;
        } catch (Throwable e) {
            failure = Optional.of(e);
        }
        simulation.traceCall(task.name, what, answer, failure);
        if (death.isPresent()) {
            simulation.trace("%s dies after %s", task.name, what);
            throw task.die();
        }
        if (!travel(task, place, way(task.random, place), deadline)) {
            simulation.trace("%s: the answer to %s doesn't come in time", task.name, what);
            throw place.silence(what);
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return answer.orElse(null);
    }

    /** Between two calls of this kind lies nothing but a hook's own thoughts, or a file. */
    Object local(String what, Arrival arrival) throws Throwable {
        Task task = Task.current();
        Optional<Death> death = task.nextCall();
        if (death.equals(Optional.of(Death.BEFORE_THE_CALL))) {
            simulation.trace("%s dies before %s", task.name, what);
            throw task.die();
        }
        Object answer = arrival.happen();
        if (death.isPresent()) {
            simulation.trace("%s dies after %s", task.name, what);
            throw task.die();
        }
        return answer;
    }

    /** False: the deadline came first. */
    private static boolean travel(Task task, Place place, Duration way, Deadline deadline) {
        Duration left = deadline.remaining();
        if (way.compareTo(left) > 0) {
            task.sleep(left);
            return false;
        }
        task.sleep(way);
        while (!place.isReachable()) {
            Duration more = deadline.remaining();
            if (more.isZero()) {
                return false;
            }
            task.sleep(more.compareTo(LOOK) < 0 ? more : LOOK);
        }
        return true;
    }

    /** What was sent arrives though nobody waits for the answer, unless the way stays closed. */
    private void goOnAlone(Task sender, Place place, String what, Duration way, Arrival arrival) {
        Task orphan = simulation.newTask(sender.name + "'s late " + what, Optional.empty());
        arrival.isAlone();
        orphan.start(() -> {
            Duration latest = simulation.time.uptime().plus(LATEST);
            orphan.sleep(way);
            while (!place.isReachable() && simulation.time.uptime().compareTo(latest) < 0) {
                orphan.sleep(LOOK);
            }
            if (place.isReachable()) {
                try {
                    Object answer = arrival.happen();
                    simulation.traceCall(orphan.name, "it", Optional.ofNullable(answer), Optional.empty());
                } catch (Throwable e) {
                    simulation.traceCall(orphan.name, "it", Optional.empty(), Optional.of(e));
                }
            }
            arrival.isOver();
            orphan.end();
        });
    }

    private Duration way(Random random, Place place) {
        long usual = place.distance().toNanos();
        Duration way = Duration.ofNanos(usual / 2 + (long) (random.nextDouble() * usual));
        return random.nextDouble() < simulation.slowness() ? way.plus(Duration.ofMillis(10 + random.nextInt(1500))) : way;
    }

    private static Duration late(Random random) {
        return Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(6000) : random.nextInt(60));
    }
}
