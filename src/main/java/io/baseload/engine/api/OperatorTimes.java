package io.baseload.engine.api;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the workers spent their time on while they computed a model's steps, all workers together.
 *
 * @param steps how many steps these were
 * @param times by class of operator: "linear i4", "attention", "barriers" …; kinds of linear layers that the model hasn't are left out
 */
public record OperatorTimes(long steps, Map<String, Duration> times) {
    public OperatorTimes {
        times = Map.copyOf(times);
    }

    /** What has been added since. */
    public OperatorTimes since(OperatorTimes earlier) {
        Map<String, Duration> more = new TreeMap<>();
        times.forEach((operator, time) ->
                more.put(operator, time.minus(earlier.times.getOrDefault(operator, Duration.ZERO))));
        return new OperatorTimes(steps - earlier.steps, more);
    }

    /** Of all classes. */
    public Duration total() {
        return times.values().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
