package io.autopilot.mysql.simulate;

import io.autopilot.mysql.simulate.Fault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What one run is made of.
 *
 * @param acks REPLICATION_ACKS; empty: by the number of members
 * @param strict LOSSLESS_STRICT
 */
record Plan(long seed, int nodes, boolean lossless, Optional<Integer> acks, boolean strict, List<Fault> faults) {
    /** Most hooks are to end by themselves. */
    private static final int MOST_HOOKS_KILLED = 12;

    private static final int MOST_FAULTS = 9;
    private static final int FAULTS_WITHIN = 55_000;

    static Plan of(long seed) {
        Random random = new Random(seed * 7_919 + 17);
        int[] sizes = {2, 3, 3, 3, 3, 4, 5};
        int nodes = sizes[random.nextInt(sizes.length)];
        boolean lossless = random.nextInt(4) > 0;
        Optional<Integer> acks = random.nextInt(4) == 0 ? Optional.of(1 + random.nextInt(2)) : Optional.empty();
        boolean strict = random.nextInt(8) == 0;
        return new Plan(seed, nodes, lossless, acks, lossless && strict, faults(random));
    }

    private static List<Fault> faults(Random random) {
        List<Fault> faults = new ArrayList<>();
        Kind[] kinds = Kind.values();
        int count = 1 + random.nextInt(MOST_FAULTS);
        for (int i = 0; i < count; i++) {
            faults.add(fault(random, kinds[random.nextInt(kinds.length)], random.nextInt(60)));
        }
        int killed = random.nextInt(MOST_HOOKS_KILLED);
        for (int i = 0; i < killed; i++) {
            Kind how = kinds[Kind.HOOK_KILLED_BEFORE.ordinal() + random.nextInt(3)];
            faults.add(fault(random, how, random.nextInt(60)));
        }
        faults.sort(Comparator.comparing(Fault::at));
        return List.copyOf(faults);
    }

    private static Fault fault(Random random, Kind kind, int other) {
        Duration at = Duration.ofMillis(random.nextInt(FAULTS_WITHIN));
        Duration lasts = Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(30_000) : random.nextInt(6_000));
        return new Fault(at, kind, random.nextInt(60), other, lasts);
    }

    Plan with(List<Fault> others) {
        return new Plan(seed, nodes, lossless, acks, strict, others);
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + nodes + " nodes, " + (lossless ? "lossless" : "async")
                + acks.map(n -> ", REPLICATION_ACKS=" + n).orElse("") + (strict ? ", strict" : "");
    }
}
