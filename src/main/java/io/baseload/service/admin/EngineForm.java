package io.baseload.service.admin;

import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.service.registry.EngineView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The engine in JSON.
 *
 * @param decodedTokens since the start, of all models, also those that are no longer in memory
 */
@JsonNaming(SnakeCaseStrategy.class)
record EngineForm(Instant at, Memory memory, long decodedTokens, List<OfModel> models) {

    /** Bytes: the memory that the service may use, and its parts. */
    @JsonNaming(SnakeCaseStrategy.class)
    record Memory(long limit, long heap, long reserve, long models, long free) {}

    /**
     * A model in memory.
     *
     * @param fingerprint identifies build and weights
     * @param precision the precision of linear layers: exact or fast
     * @param kvPrecision the number format of the KV cache: f32, f16 or q8
     * @param kvTokens tokens that the KV cache can hold
     * @param prefixTokensLookedUp prompt tokens looked up in the prefix cache
     * @param prefixTokensFound those found there
     * @param decodedTokens since the start
     * @param busySeconds the duration of all steps
     * @param operatorSeconds the workers' time by operator, all workers together
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record OfModel(
            String id,
            String fingerprint,
            String precision,
            String kvPrecision,
            int active,
            int queued,
            long weightsBytes,
            long kvBytes,
            long workingBytes,
            long kvTokens,
            long kvTokensUsed,
            long prefixTokensLookedUp,
            long prefixTokensFound,
            long decodedTokens,
            long steps,
            double busySeconds,
            Map<String, Double> operatorSeconds) {
        static OfModel of(EngineView.Running running, long decodedTokens) {
            ModelLoad load = running.load();
            MemoryEstimate memory = load.memory();
            OperatorTimes times = running.times();
            return new OfModel(
                    running.id(),
                    running.model().fingerprint(),
                    running.model().options().precision().label(),
                    running.model().options().kvPrecision().label(),
                    load.active(),
                    load.queued(),
                    memory.weights(),
                    memory.kvCache(),
                    memory.scratch(),
                    load.kvTokens(),
                    load.kvTokensUsed(),
                    load.prefixes().lookedUp(),
                    load.prefixes().found(),
                    decodedTokens,
                    times.steps(),
                    seconds(times.busy()),
                    EngineForm.operatorSeconds(times));
        }
    }

    static Map<String, Double> operatorSeconds(OperatorTimes times) {
        Map<String, Double> seconds = new TreeMap<>();
        times.times().forEach((operator, time) -> seconds.put(operator, seconds(time)));
        return seconds;
    }

    /** With three decimals. */
    static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }

    static EngineForm of(Instant at, EngineView.Memory memory, List<EngineView.Running> models, EngineHistory history) {
        return new EngineForm(
                at,
                new Memory(
                        memory.budget().limit(),
                        memory.budget().heap(),
                        memory.budget().reserve(),
                        memory.models(),
                        memory.free()),
                history.decoded(),
                models.stream()
                        .map(model -> OfModel.of(model, history.decoded(model.id())))
                        .toList());
    }
}
