package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.routing.AliasRoute.AliasTarget;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shares of requests that targets of a name and canaries get. The tolerance is more than six standard deviations. */
class RequestSharesTest {
    private static final int REQUESTS = 10_000;
    private static final int TOLERANCE = 300;

    @Test
    void targetsOfEqualOrderShareRequestsByWeight() {
        var route = new AliasRoute(List.of(target("last", 1_000, 1), target("three", 3, 0), target("one", 1, 0)));
        var drawn = IntStream.range(0, REQUESTS)
                .mapToObj(i -> route.drawn().stream().map(AliasTarget::model).toList())
                .toList();
        assertThat(drawn)
                .allSatisfy(order -> assertThat(order)
                        .containsExactlyInAnyOrder("three", "one", "last")
                        .endsWith("last"));
        long first =
                drawn.stream().filter(order -> order.getFirst().equals("three")).count();
        assertThat(first).isBetween(REQUESTS * 3L / 4 - TOLERANCE, REQUESTS * 3L / 4 + TOLERANCE);
    }

    private static AliasTarget target(String model, int weight, int rank) {
        return new AliasTarget(model, Optional.of("backend"), weight, rank, PromptRange.ANY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 25, 100})
    void aCanaryGetsItsPercentage(int percent) {
        var rule = new Canary.Rule(percent, 100, 0.02, 1.5);
        var canary = new Canary("name", "model", Optional.empty(), rule, Canary.State.RUNNING, "", Instant.EPOCH, null);
        long drawn = IntStream.range(0, REQUESTS)
                .filter(i -> CanaryTraffic.draws(canary))
                .count();
        long expected = REQUESTS * (long) percent / 100;
        assertThat(drawn).isBetween(expected - TOLERANCE, expected + TOLERANCE);
        assertThat(drawn == 0).isFalse();
        assertThat(drawn == REQUESTS).isEqualTo(percent == 100);
    }
}
