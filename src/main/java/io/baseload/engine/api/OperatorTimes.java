package io.baseload.engine.api;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Time that all workers together spent on a model's steps, by class of operator.
 *
 * @param workers number of workers
 * @param steps number of steps
 * @param times by class of operator: "linear i4", "attention", "barriers" …; kinds of linear layers that the model doesn't have are left out
 */
public record OperatorTimes(int workers, long steps, Map<String, Duration> times) {
    public OperatorTimes {
        times = Map.copyOf(times);
    }

    /** The difference from an earlier measurement. */
    public OperatorTimes since(OperatorTimes earlier) {
        Map<String, Duration> more = new TreeMap<>();
        times.forEach((operator, time) ->
                more.put(operator, time.minus(earlier.times.getOrDefault(operator, Duration.ZERO))));
        return new OperatorTimes(workers, steps - earlier.steps, more);
    }

    /** The time of all classes. */
    public Duration total() {
        return times.values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** The duration of all steps: each worker's classes add up to it. */
    public Duration busy() {
        return total().dividedBy(workers);
    }
}
