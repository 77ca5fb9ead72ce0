package io.baseload.service.planner;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.MemoryOutline;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.api.UncuttableModelException;
import io.baseload.engine.api.UnfitOptionsException;
import java.util.function.Supplier;

/** Makes plans from the engine's description of models and of this machine. Measures one machine at a time. */
public final class Planner {
    private final Engine engine;
    private final boolean measures;
    private final MemoryBudget memory;
    private final Measuring measuring;

    /** Measures this machine with the memory that this takes, or refuses to if others have it. */
    @FunctionalInterface
    public interface Measuring {
        MachineRates measure(MemoryEstimate needed, Supplier<MachineRates> measurement);
    }

    /** A planner of a process without models. */
    public Planner(Engine engine, MemoryBudget memory) {
        this(engine, true, memory, (needed, measurement) -> measurement.get());
    }

    /**
     * @param measures whether this machine is measured; false if no models run on it
     * @param memory of this machine
     */
    public Planner(Engine engine, boolean measures, MemoryBudget memory, Measuring measuring) {
        this.engine = engine;
        this.measures = measures;
        this.memory = memory;
        this.measuring = measuring;
    }

    /**
     * The inputs of a plan.
     *
     * @param format the packing of linear layers; keep: as in the files, BF16 if there is only a configuration
     */
    public record Options(Quantization format, KvPrecision kv, Precision precision) {
        private LoadOptions load() {
            return LoadOptions.named("plan")
                    .withQuantization(format)
                    .withKvPrecision(kv)
                    .withPrecision(precision);
        }
    }

    /**
     * A model's sizes.
     *
     * @throws InvalidRequestException if it doesn't generate
     */
    public ModelOutline outline(PlanSource model, Options options) {
        try {
            return switch (model) {
                case PlanSource.Files files -> engine.outline(files.path(), options.load());
                case PlanSource.Configuration config -> engine.outline(config.json(), options.load());
            };
        } catch (UnfitOptionsException e) {
            throw PlanRequest.refuse(
                    model instanceof PlanSource.Files ? "model" : "shape", String.valueOf(e.getMessage()));
        }
    }

    /**
     * How a model is split into shards: into fewer if it can't be split into that many.
     *
     * @throws InvalidRequestException if they are less than 1
     */
    public ShardOutline shards(PlanSource model, Options options, int shards) {
        try {
            return switch (model) {
                case PlanSource.Files files -> engine.shards(files.path(), options.load(), shards);
                case PlanSource.Configuration config -> engine.shards(config.json(), options.load(), shards);
            };
        } catch (UncuttableModelException e) {
            throw PlanRequest.refuse("shards", "is " + shards + ": " + e.getMessage());
        }
    }

    /** The memory of a model in so many shards on a machine, with the kernels of this one. */
    public MemoryOutline memory(PlanSource model, Options options, int shards, MachineProfile machine) {
        int workers = machine.rates().workers();
        return switch (model) {
            case PlanSource.Files files -> engine.memory(files.path(), options.load(), shards, workers);
            case PlanSource.Configuration config -> engine.memory(config.json(), options.load(), shards, workers);
        };
    }

    /**
     * A machine by its name or description; {@code this} is measured.
     *
     * @throws InvalidRequestException if it is neither, or can't be planned with these options, or this one is not measured
     */
    public MachineProfile machine(String machine, ModelOutline model, Options options) {
        if (machine.equals(MachineProfile.THIS) && !measures) {
            throw PlanRequest.refuse(
                    "machine",
                    "must be named or described, because this process has no engine and doesn't measure its own");
        }
        return machine.equals(MachineProfile.THIS)
                ? MachineProfile.of(
                        measure(model, options),
                        engine.shards(),
                        engine.nodes(),
                        Math.max(0, memory.available(0)),
                        engine.kernels(options.precision()))
                : MachineProfile.described(machine, model.group(), options);
    }

    private synchronized MachineRates measure(ModelOutline model, Options options) {
        try {
            return measuring.measure(
                    engine.measurement(model, options.precision(), options.kv()),
                    () -> engine.measure(model, options.precision(), options.kv()));
        } catch (UnfitOptionsException e) {
            throw PlanRequest.refuse("machine", "must be named or described: " + e.getMessage());
        }
    }
}
