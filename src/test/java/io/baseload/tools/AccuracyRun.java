package io.baseload.tools;

import io.baseload.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A model measured by the product's own commands: {@code quantize}, then {@code perplexity}.
 *
 * @param windows as {@code --windows} takes it
 * @param limit how many windows
 */
public record AccuracyRun(Path model, Path windows, int limit) {
    /** What {@code perplexity --json} says of the model as it is. */
    public JsonNode plain() {
        return perplexity(model, "f32", false);
    }

    /** The same with another KV cache, against the model as it is. */
    public JsonNode kv(String precision) {
        return perplexity(model, precision, true);
    }

    /** What it says of the quantized model, against the model as it is; a copy that is deleted afterwards. */
    public JsonNode quantized(String quantization) throws IOException {
        Path folder = Files.createTempDirectory("baseload-accuracy-");
        try {
            CommandRun run = CommandRun.of(
                    "quantize", model.toString(), folder.toString(), "--quantize", quantization, "--json");
            run.json();
            return perplexity(folder, "f32", true);
        } finally {
            delete(folder);
        }
    }

    private JsonNode perplexity(Path measured, String kv, boolean against) {
        List<String> args = new ArrayList<>(List.of("perplexity", measured.toString(), "--json"));
        args.addAll(List.of("--windows", windows.toString(), "--limit", Integer.toString(limit), "--kv", kv));
        if (against) {
            args.addAll(List.of("--against", model.toString()));
        }
        return CommandRun.of(args.toArray(String[]::new)).json();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
