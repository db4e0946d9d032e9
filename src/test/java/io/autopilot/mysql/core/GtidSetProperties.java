package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Holds the interval arithmetic against plain sets of single transactions. */
class GtidSetProperties {
    private static final List<String> ORIGINS = List.of(
            "00000000-0000-0000-0000-00000000000a:",
            "00000000-0000-0000-0000-00000000000a:tag:",
            "00000000-0000-0000-0000-00000000000b:");

    @Provide
    Arbitrary<Set<String>> transactions() {
        Arbitrary<String> one = Arbitraries.of(ORIGINS)
                .flatMap(origin -> Arbitraries.integers().between(1, 12).map(n -> origin + n));
        return one.set().ofMaxSize(25);
    }

    @Property
    void unionIsTheUnionOfTheTransactions(
            @ForAll("transactions") Set<String> a, @ForAll("transactions") Set<String> b) {
        TreeSet<String> both = new TreeSet<>(a);
        both.addAll(b);
        assertEquals(set(both), set(a).union(set(b)));
    }

    @Property
    void minusIsTheDifferenceOfTheTransactions(
            @ForAll("transactions") Set<String> a, @ForAll("transactions") Set<String> b) {
        TreeSet<String> rest = new TreeSet<>(a);
        rest.removeAll(b);
        assertEquals(set(rest), set(a).minus(set(b)));
        assertEquals(rest.size(), set(a).minus(set(b)).count());
    }

    @Property
    void intersectionIsWhatBothHave(
            @ForAll("transactions") Set<String> a, @ForAll("transactions") Set<String> b) {
        TreeSet<String> common = new TreeSet<>(a);
        common.retainAll(b);
        assertEquals(set(common), set(a).intersect(set(b)));
    }

    @Property
    void containsIsTheSupersetRelation(
            @ForAll("transactions") Set<String> a, @ForAll("transactions") Set<String> b) {
        assertEquals(a.containsAll(b), set(a).contains(set(b)));
        assertTrue(set(a).union(set(b)).contains(set(b)));
    }

    @Property
    void textFormIsReadBackAsTheSameSet(@ForAll("transactions") Set<String> a) {
        assertEquals(set(a), GtidSet.parse(set(a).toString()));
    }

    private static GtidSet set(Set<String> transactions) {
        return GtidSet.parse(transactions.stream().collect(Collectors.joining(",")));
    }
}
