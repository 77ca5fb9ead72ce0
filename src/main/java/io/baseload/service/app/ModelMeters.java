package io.baseload.service.app;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.ModelLoad;
import io.baseload.engine.api.ResidentModel;
import io.baseload.service.registry.LoadedModels;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** The activity of each model in memory, with the label {@code model_name}. */
@Component
final class ModelMeters implements LoadedModels.Listener {
    private final ObjectProvider<MeterRegistry> registry;
    private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();

    ModelMeters(ObjectProvider<MeterRegistry> registry) {
        this.registry = registry;
    }

    @Override
    public void entered(String id, ResidentModel model) {
        List<Meter> all = new ArrayList<>(List.of(
                gauge("num_requests_running", "answers that take part in steps", id, model, ModelLoad::active),
                gauge("num_requests_waiting", "answers that wait for admission", id, model, ModelLoad::queued),
                gauge("kv_cache_usage_perc", "used part of the KV cache, 1 = full", id, model, ModelMeters::kvUsage)));
        all.add(gauge(
                "prefix_cache_pages",
                "cached pages of prompts, in use or not",
                id,
                model,
                load -> load.prefixes().pages()));
        all.add(counter(
                "num_preemptions",
                "answers that lost their KV cache to others and started again",
                id,
                model,
                ModelLoad::preemptions));
        all.add(counter(
                "prefix_cache_queries",
                "prompt tokens that were looked up in the cache",
                id,
                model,
                load -> load.prefixes().lookedUp()));
        all.add(counter(
                "prefix_cache_hits",
                "prompt tokens that were found in the cache",
                id,
                model,
                load -> load.prefixes().found()));
        all.add(counter(
                "prefix_cache_evictions",
                "pages that were evicted for others",
                id,
                model,
                load -> load.prefixes().evicted()));
        all.add(counter(
                "spec_decode_num_draft_tokens",
                "draft tokens that were computed",
                id,
                model,
                load -> load.speculation().drafted()));
        all.add(counter(
                "spec_decode_num_accepted_tokens",
                "draft tokens that were accepted",
                id,
                model,
                load -> load.speculation().accepted()));
        all.add(kernels(id, model));
        model.times().times().keySet().forEach(operator -> all.add(operatorTime(operator, id, model)));
        meters.put(id, List.copyOf(all));
    }

    private Meter kernels(String id, ResidentModel model) {
        KernelTiers kernels = model.load().kernels();
        return Gauge.builder("baseload.kernels", () -> 1)
                .description("always 1; the labels name the kernels of the model's linear layers")
                .tag("model_name", id)
                .tag("prefill_tier", kernels.prefill())
                .tag("decode_tier", kernels.decode())
                .register(registry.getObject());
    }

    /** The model was warmed up, so the classes of its operators are known. */
    private Meter operatorTime(String operator, String id, ResidentModel model) {
        return FunctionCounter.builder("baseload.operator.time", model, loaded -> seconds(loaded, operator))
                .description("time of all workers in the steps of a model, by operator")
                .baseUnit("seconds")
                .tag("model_name", id)
                .tag("operator", operator)
                .register(registry.getObject());
    }

    private static double seconds(ResidentModel model, String operator) {
        return model.times().times().getOrDefault(operator, Duration.ZERO).toNanos() / 1e9;
    }

    private Meter gauge(
            String name, String description, String id, ResidentModel model, ToDoubleFunction<ModelLoad> value) {
        return Gauge.builder("baseload." + name, model, loaded -> value.applyAsDouble(loaded.load()))
                .description(description)
                .tag("model_name", id)
                .register(registry.getObject());
    }

    private Meter counter(
            String name, String description, String id, ResidentModel model, ToLongFunction<ModelLoad> value) {
        return FunctionCounter.builder("baseload." + name, model, loaded -> value.applyAsLong(loaded.load()))
                .description(description)
                .tag("model_name", id)
                .register(registry.getObject());
    }

    private static double kvUsage(ModelLoad load) {
        return load.kvTokens() == 0 ? 0 : (double) load.kvTokensUsed() / load.kvTokens();
    }

    @Override
    public void left(String id) {
        meters.getOrDefault(id, List.of()).forEach(registry.getObject()::remove);
        meters.remove(id);
    }
}
