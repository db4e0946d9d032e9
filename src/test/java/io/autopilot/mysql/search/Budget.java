package io.autopilot.mysql.search;

/** What may still happen. */
record Budget(int faults, int parks, int writes) {
    static Budget of(Bounds bounds) {
        return new Budget(bounds.faults(), bounds.parks(), bounds.writes());
    }

    boolean allows(Action.Cost cost) {
        return switch (cost) {
            case FREE -> true;
            case FAULT -> faults > 0;
            case PARK -> parks > 0;
            case WRITE -> writes > 0;
        };
    }

    Budget without(Action.Cost cost) {
        return switch (cost) {
            case FREE -> this;
            case FAULT -> new Budget(faults - 1, parks, writes);
            case PARK -> new Budget(faults, parks - 1, writes);
            case WRITE -> new Budget(faults, parks, writes - 1);
        };
    }
}
