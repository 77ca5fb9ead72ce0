package io.baseload.conformance;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.Safetensors;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A GGUF twin against its reference: logits at all positions, greedy continuation, a text, tokens and the chat template. */
record ArchitectureCheck(JsonNode expected, Safetensors values) {
    private static final int CONTEXT = 512;

    void run(Tally tally, Path gguf) {
        try (var model = new LogitSource(gguf, CONTEXT)) {
            sequences(tally, model);
            greedy(tally, model);
            text(tally, model);
        } catch (ModelFileException e) {
            expected.get("sequences").forEach(sequence -> tally.fail(e.getMessage()));
            tally.fail(e.getMessage());
            tally.fail(e.getMessage());
        }
        new WordsCheck(expected, true).run(tally, Tokenizers.of(gguf));
    }

    private void sequences(Tally tally, LogitSource model) {
        int equalBelow =
                expected.get("gguf").path("equal_only_for_positions_below").asInt(Integer.MAX_VALUE);
        for (JsonNode sequence : expected.get("sequences")) {
            String name = Json.text(sequence, "name");
            float[][] logits = model.logits(Json.ints(sequence.get("ids")));
            Optional<String> problem = Optional.empty();
            for (int i = 0; i < Math.min(logits.length, equalBelow); i++) {
                Optional<String> found = close(tally, logits[i], values.row(name + ".logits", i));
                int position = i;
                problem = problem.or(() -> found.map(why -> "position " + position + " " + why));
            }
            tally.count(name, problem);
        }
    }

    private void greedy(Tally tally, LogitSource model) {
        JsonNode greedy = expected.get("greedy");
        int[] ids = Json.ints(greedy.get("ids"));
        tally.count("greedy", Json.equal(model.greedy(Json.ints(greedy.get("prompt_ids")), ids.length), ids));
    }

    private void text(Tally tally, LogitSource model) {
        float[][] logits = model.logits(Json.ints(expected.get("text").get("ids")));
        tally.count("text", close(tally, logits[logits.length - 1], values.floats("text.last_logits")));
    }

    private Optional<String> close(Tally tally, float[] given, float[] reference) {
        return Logits.close(
                tally,
                given,
                reference,
                expected.get("tolerance").get("absolute").asDouble());
    }
}
