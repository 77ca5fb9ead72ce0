package io.baseload.service.planner;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.api.UncuttableModelException;

/** Makes plans from the engine's description of models and of this machine. Measures one machine at a time. */
public final class Planner {
    private final Engine engine;
    private final boolean measures;

    /** @param measures whether this machine is measured; false if no models run on it */
    public Planner(Engine engine, boolean measures) {
        this.engine = engine;
        this.measures = measures;
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

    public ModelOutline outline(PlanSource model, Options options) {
        return switch (model) {
            case PlanSource.Files files -> engine.outline(files.path(), options.load());
            case PlanSource.Configuration config -> engine.outline(config.json(), options.load());
        };
    }

    /**
     * How a model is split into shards.
     *
     * @throws InvalidRequestException if it can't be split into that many
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

    /**
     * A machine by its name or description; {@code this} is measured.
     *
     * @throws InvalidRequestException if it is neither, or this one is not measured
     */
    public MachineProfile machine(String machine, ModelOutline model, Options options) {
        if (machine.equals(MachineProfile.THIS) && !measures) {
            throw PlanRequest.refuse(
                    "machine",
                    "must be named or described, because this process has no engine and doesn't measure its own");
        }
        return machine.equals(MachineProfile.THIS)
                ? MachineProfile.of(measure(model, options.precision()), engine.kernels(options.precision()))
                : MachineProfile.described(machine, model.group());
    }

    private synchronized MachineRates measure(ModelOutline model, Precision precision) {
        return engine.measure(model, precision);
    }
}
