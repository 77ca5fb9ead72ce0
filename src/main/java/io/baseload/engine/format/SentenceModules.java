package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.JsonValue.Struct;
import io.baseload.engine.format.JsonValue.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pooling of a model's rows to a vector, from {@code modules.json} of sentence-transformers.
 *
 * @param pooling {@code mean}, {@code cls} or {@code lasttoken}
 * @param normalized whether vectors are scaled to length 1
 */
public record SentenceModules(String pooling, boolean normalized) {
    private static final String NAME = "modules.json";

    /** The configuration of the pooling, which follows the transformer. */
    private static final String POOLING = "1_Pooling/config.json";

    private static final Set<String> POOLINGS = Set.of("mean", "cls", "lasttoken");

    /** Keys of older files, one for each way of pooling. */
    private static final List<String> FLAGS = List.of(
            "cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken");

    /** Names of the files that {@link #read} looks for, relative to a model's folder; a copy of the folder needs those that exist. */
    public static List<String> names(Path folder) {
        return Stream.of(NAME, POOLING)
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
    }

    /**
     * Reads them.
     *
     * @return empty if the folder has no such file
     * @throws ModelFileException if a file is broken, or requires something that isn't supported
     */
    public static Optional<SentenceModules> read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (Mappings mappings = new Mappings()) {
            return Optional.of(read(folder, mappings.map(file)));
        }
    }

    private static SentenceModules read(Path folder, MappedFile file) {
        String pooling = "";
        boolean normalized = false;
        int index = 0;
        for (JsonValue module : JsonFileParser.list(file).elements()) {
            switch (type(file, module)) {
                case "Transformer" -> require(index == 0, file, module, "a Transformer must come first");
                case "Pooling" -> {
                    require(index == 1, file, module, "a Pooling must come after the Transformer");
                    pooling = pooling(folder.resolve(POOLING));
                }
                case "Normalize" -> normalized = true;
                default ->
                    throw file.refuse(
                            module.offset(), "a module other than Transformer, Pooling and Normalize isn't supported");
            }
            index++;
        }
        if (pooling.isEmpty()) {
            throw file.refuse(0, "has no module Pooling");
        }
        return new SentenceModules(pooling, normalized);
    }

    private static void require(boolean holds, MappedFile file, JsonValue at, String problem) {
        if (!holds) {
            throw file.refuse(at.offset(), problem);
        }
    }

    /** A class's name without its package. */
    private static String type(MappedFile file, JsonValue module) {
        if (module instanceof Struct struct && struct.fields().get("type") instanceof Text type) {
            return type.value().substring(type.value().lastIndexOf('.') + 1);
        }
        throw file.refuse(module.offset(), "a module must be an object with a type");
    }

    private static String pooling(Path file) {
        ConfigKeys config = ConfigKeys.read(file);
        String mode = config.has("pooling_mode") ? config.string("pooling_mode").orElseThrow() : flagged(config);
        if (!POOLINGS.contains(mode)) {
            throw config.refuse("pooling_mode", "is " + mode + "; supported are cls, lasttoken, mean");
        }
        if (mode.equals("mean") && !config.flag("include_prompt").orElse(true)) {
            throw config.refuse("include_prompt", "is false; supported is true");
        }
        return mode;
    }

    private static String flagged(ConfigKeys config) {
        List<String> modes = FLAGS.stream()
                .filter(flag -> config.flag("pooling_mode_" + flag).orElse(false))
                .toList();
        return switch (modes.size()) {
            case 0 -> "mean";
            case 1 -> modes.getFirst().replaceFirst("_tokens?$", "");
            default -> String.join(" and ", modes);
        };
    }
}
