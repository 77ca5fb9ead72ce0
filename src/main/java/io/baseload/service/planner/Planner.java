package io.baseload.service.planner;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import java.nio.file.Path;

/** Makes plans with what an engine knows of models and of this machine. Measures one machine at a time. */
public final class Planner {
    private final Engine engine;

    public Planner(Engine engine) {
        this.engine = engine;
    }

    /**
     * What to plan with.
     *
     * @param format what linear layers are packed as; keep: as the files have them, BF16 where there is only a configuration
     */
    public record Options(Quantization format, KvPrecision kv, Precision precision) {
        private LoadOptions load() {
            return LoadOptions.named("plan")
                    .withQuantization(format)
                    .withKvPrecision(kv)
                    .withPrecision(precision);
        }
    }

    /** What a model's files, or a {@code config.json}, say. */
    public ModelOutline outline(Path model, Options options) {
        return engine.outline(model, options.load());
    }

    /** What a configuration says. */
    public ModelOutline outline(String config, Options options) {
        return engine.outline(config, options.load());
    }

    /**
     * How a model is cut into shards.
     *
     * @throws io.baseload.engine.api.UncuttableModelException if it can't be cut so often
     */
    public ShardOutline shards(Path model, Options options, int shards) {
        return engine.shards(model, options.load(), shards);
    }

    /** The same of a configuration. */
    public ShardOutline shards(String config, Options options, int shards) {
        return engine.shards(config, options.load(), shards);
    }

    /**
     * A machine by its name or description; {@code this} is measured.
     *
     * @throws io.baseload.chat.api.InvalidRequestException if it is neither
     */
    public MachineProfile machine(String machine, ModelOutline model, Options options) {
        return machine.equals(MachineProfile.THIS)
                ? MachineProfile.of(measure(model, options.precision()))
                : MachineProfile.described(machine, model.group());
    }

    private synchronized MachineRates measure(ModelOutline model, Precision precision) {
        return engine.measure(model, precision);
    }
}
