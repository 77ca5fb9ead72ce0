package io.baseload.service.admin;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.service.planner.MachineProfile;
import io.baseload.service.planner.NamedShapes;
import io.baseload.service.planner.PlanRequest;
import io.baseload.service.planner.PlanSource;
import io.baseload.service.planner.Planner;
import io.baseload.service.planner.Settings;
import io.baseload.service.registry.ModelCatalog;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The request for a plan, in JSON.
 *
 * @param model an imported model's id
 * @param shape instead of it: a shape's name or sizes, or a {@code config.json}
 * @param format the packing of linear layers; absent: as stored
 * @param shards that the model is split into, at most {@link PlanRequest#MAX_SHARDS}; absent: one for each socket, or as many as the engine has
 * @param machine {@code this} (absent: this), a machine's name, or its description, as text or as an object
 */
@JsonNaming(SnakeCaseStrategy.class)
record PlanBody(
        @Nullable String model,
        @Nullable JsonNode shape,
        @Nullable String format,
        @Nullable JsonNode machine,
        @Nullable Integer context,
        @Nullable Integer batch,
        @Nullable Integer prompt,
        @Nullable Integer shards,
        @Nullable String kvPrecision,
        @Nullable String precision,
        @Nullable Double leastRate,
        @Nullable Double pricePerHour) {
    private static final int DEFAULT_CONTEXT = 1024;
    private static final int DEFAULT_PROMPT = 512;
    private static final double DEFAULT_LEAST_RATE = 5;

    Planner.Options options() {
        Precision arithmetic =
                Refusals.named("precision", precision, Precision::of).orElse(Precision.FAST);
        return new Planner.Options(
                format == null ? Quantization.KEEP : quantization(format),
                Refusals.named("kv_precision", kvPrecision, KvPrecision::of)
                        .orElse(MachineProfile.defaultKv(described(), arithmetic)),
                arithmetic);
    }

    private boolean described() {
        return machine != null && !(machine.isString() && machine.asString().equals(MachineProfile.THIS));
    }

    private static Quantization quantization(String label) {
        return Quantization.named(label)
                .orElseThrow(() -> Refusals.invalid(
                        "format",
                        "invalid_value",
                        "'format' must be one of " + String.join(", ", Quantization.labels()) + "."));
    }

    String name() {
        return model != null ? model : shape != null && shape.isString() ? shape.asString() : "shape";
    }

    PlanSource source(ModelCatalog catalog) {
        if (model != null && shape != null) {
            throw Refusals.invalid("shape", "invalid_value", "'model' and 'shape' exclude each other.");
        }
        return model == null
                ? shape(Refusals.present("model", shape))
                : new PlanSource.Files(catalog.folder(Refusals.text("model", model)));
    }

    private static PlanSource shape(JsonNode shape) {
        if (!shape.isString() && !shape.isObject()) {
            throw Refusals.invalid("shape", "invalid_type", "'shape' must be text or an object.");
        }
        return new PlanSource.Configuration(shape.isString() ? NamedShapes.config(shape.asString()) : shape.toString());
    }

    static ModelOutline outline(Planner planner, PlanSource source, Planner.Options options) {
        try {
            return planner.outline(source, options);
        } catch (ModelFileException e) {
            if (source instanceof PlanSource.Files) {
                throw e; // a damaged stored model is not the request's fault
            }
            throw Refusals.invalid("shape", "invalid_value", "'shape' " + e.getMessage() + ".");
        }
    }

    MachineProfile machine(Planner planner, ModelOutline outline, Planner.Options options) {
        if (machine == null || machine.isString()) {
            String name = machine == null ? MachineProfile.THIS : machine.asString();
            return planner.machine(name, outline, options);
        }
        if (!machine.isObject()) {
            throw Refusals.invalid("machine", "invalid_type", "'machine' must be text or an object.");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        machine.properties().forEach(setting -> settings.put(setting.getKey(), value(setting)));
        return MachineProfile.described(new Settings("machine", settings), outline.group(), options);
    }

    private static String value(Map.Entry<String, JsonNode> setting) {
        if (!setting.getValue().isValueNode()) {
            String field = "machine." + setting.getKey();
            throw Refusals.invalid(field, "invalid_type", "'" + field + "' must be a number or text.");
        }
        return setting.getValue().asString();
    }

    void requireShards() {
        if (shards != null) {
            PlanRequest.requireShards(shards);
        }
    }

    ShardOutline shards(Planner planner, PlanSource source, Planner.Options options, MachineProfile machine) {
        return planner.shards(source, options, shards == null ? machine.shards() : shards);
    }

    PlanRequest request(ModelOutline outline) {
        var request = new PlanRequest(
                batch == null ? 1 : batch,
                context == null ? Math.min(DEFAULT_CONTEXT, outline.contextLength()) : context,
                prompt == null ? Math.min(DEFAULT_PROMPT, outline.contextLength()) : prompt,
                leastRate == null ? DEFAULT_LEAST_RATE : leastRate,
                pricePerHour == null ? OptionalDouble.empty() : OptionalDouble.of(pricePerHour));
        request.requireWithin(outline);
        return request;
    }
}
