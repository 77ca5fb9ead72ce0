package io.baseload.conformance;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.UncuttableModelException;
import io.baseload.testing.ReferenceTensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Compares a checkpoint, or its GGUF twin, with its reference: logits at all positions, the residual stream, greedy continuation, a text, a long text.
 *
 * @param shards that the model is cut into
 * @param equalBelow positions from here on are not compared
 */
record ArchitectureCheck(JsonNode expected, ReferenceTensors values, int shards, int equalBelow) {
    private static final int CONTEXT = 512;

    /** @param path the checkpoint's folder, or the twin's file */
    void run(Tally tally, Path path) {
        try (var model = new LogitSource(path, CONTEXT, shards)) {
            for (JsonNode sequence : expected.get("sequences")) {
                sequence(tally, model, sequence);
            }
            greedy(tally, model);
            last(tally, model, "text");
            last(tally, model, "long");
        } catch (ModelFileException | UncuttableModelException e) {
            for (int i = 0; i < cases(); i++) {
                tally.fail(e.getMessage());
            }
        }
    }

    private int cases() {
        int cases = expected.get("sequences").size();
        for (JsonNode sequence : expected.get("sequences")) {
            cases += sequence.has("hidden") ? 1 : 0;
        }
        return cases + 1 + (expected.has("text") ? 1 : 0) + (expected.has("long") ? 1 : 0);
    }

    private void sequence(Tally tally, LogitSource model, JsonNode sequence) {
        String name = ConformanceJson.text(sequence, "name");
        int[] ids = ConformanceJson.ints(sequence.get("ids"));
        tally.count(name, close(tally, model.logits(ids), name + ".logits"));
        if (sequence.has("hidden")) {
            Map<String, float[][]> hidden = model.hidden(ids);
            Optional<String> problem = Optional.empty();
            for (JsonNode key : sequence.get("hidden")) {
                float[][] rows = hidden.get(key.asString().substring(name.length() + 1));
                problem = problem.or(() -> close(tally, rows, key.asString()).map(why -> key.asString() + " " + why));
            }
            tally.count(name + ", hidden", problem);
        }
    }

    private Optional<String> close(Tally tally, float[][] rows, String tensor) {
        Optional<String> problem = Optional.empty();
        for (int i = 0; i < Math.min(rows.length, equalBelow); i++) {
            Optional<String> found = close(tally, rows[i], values.row(tensor, i));
            int position = i;
            problem = problem.or(() -> found.map(why -> "position " + position + " " + why));
        }
        return problem;
    }

    private void greedy(Tally tally, LogitSource model) {
        JsonNode greedy = expected.get("greedy");
        int[] prompt = ConformanceJson.ints(greedy.get("prompt_ids"));
        int[] ids = ConformanceJson.ints(greedy.get("ids"));
        int comparable = Math.clamp((long) equalBelow - prompt.length + 1, 0, ids.length);
        int[] given = model.greedy(prompt, ids.length);
        tally.count("greedy", ConformanceJson.equal(Arrays.copyOf(given, comparable), Arrays.copyOf(ids, comparable)));
    }

    /** The logits after a text, if the folder has one that is short enough. */
    private void last(Tally tally, LogitSource model, String key) {
        int[] ids = ConformanceJson.ints(expected.path(key).path("ids"));
        if (ids.length > 0 && ids.length <= equalBelow) {
            float[][] logits = model.logits(ids);
            tally.count(key, close(tally, logits[logits.length - 1], values.floats(key + ".last_logits")));
        }
    }

    private Optional<String> close(Tally tally, float[] given, float[] reference) {
        return LogitComparison.close(
                tally,
                given,
                reference,
                expected.get("tolerance").get("absolute").asDouble());
    }
}
