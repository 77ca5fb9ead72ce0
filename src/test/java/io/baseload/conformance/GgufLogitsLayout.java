package io.baseload.conformance;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Whole models with mixed tensor types: {@code X.gguf} beside {@code X.expected.json}, which has the digest of each weight in Hugging Face's order, and
 * {@code X.expected.safetensors} with {@code input_ids.i} and {@code logits.i}.
 */
final class GgufLogitsLayout implements Layout {
    static final String DIGESTS = "sha256_of_f32_little_endian_in_hugging_face_order";

    private static final double TOLERANCE = 2e-4;
    private static final int CONTEXT = 64;

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (Path gguf : folder.endingIn(".gguf")) {
            String name = gguf.getFileName().toString().replaceFirst("\\.gguf$", "");
            Optional<JsonNode> expected = folder.json(name + ".expected.json").filter(json -> Json.has(json, DIGESTS));
            Optional<Path> values = folder.file(name + ".expected.safetensors");
            if (expected.isPresent() && values.isPresent()) {
                JsonNode digests = expected.get().get(DIGESTS);
                Safetensors logits = Safetensors.read(values.get());
                suites.add(new Suite(folder.label(gguf), tally -> check(tally, gguf, digests, logits)));
            }
        }
        return suites;
    }

    private static void check(Tally tally, Path gguf, JsonNode digests, Safetensors values) {
        try (var weights = new HuggingFaceWeights(gguf)) {
            digests.forEachEntry((name, digest) -> tally.count(name, weights.check(name, digest.asString())));
        } catch (ModelFileException e) {
            digests.forEach(digest -> tally.fail(e.getMessage()));
        }
        int sequences = values.count("logits.");
        try (var model = new LogitSource(gguf, CONTEXT)) {
            for (int i = 0; i < sequences; i++) {
                tally.count("logits." + i, logits(tally, model, values, i));
            }
        } catch (ModelFileException e) {
            for (int i = 0; i < sequences; i++) {
                tally.fail(e.getMessage());
            }
        }
    }

    private static Optional<String> logits(Tally tally, LogitSource model, Safetensors values, int sequence) {
        float[][] logits = model.logits(values.ints("input_ids." + sequence));
        Optional<String> problem = Optional.empty();
        for (int i = 0; i < logits.length; i++) {
            int position = i;
            Optional<String> found = Logits.close(tally, logits[i], values.row("logits." + sequence, i), TOLERANCE);
            problem = problem.or(() -> found.map(why -> "position " + position + " " + why));
        }
        return problem;
    }
}
