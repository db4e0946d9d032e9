package io.autopilot.mysql.core;

import java.util.Optional;

/**
 * How many acknowledgements lossless mode asks for (protocol P1).
 *
 * @param asked as many as that, as far as there are members; empty: by the number of members
 * @param strict writes wait rather than go on without an acknowledgement, once there was a member
 */
public record AckPolicy(Optional<Integer> asked, boolean strict) {
    /** W for so many members of A. */
    public int acksOf(int members) {
        int byRule = members <= 2 ? Math.min(members, 1) : members / 2;
        return Math.min(members, asked.filter(n -> members > 0).orElse(byRule));
    }
}
