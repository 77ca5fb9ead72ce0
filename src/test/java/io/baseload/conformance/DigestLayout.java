package io.baseload.conformance;

import io.baseload.engine.api.ModelFileException;
import io.baseload.testing.ReferenceTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Whole models with quantized weights: {@code X.gguf} beside {@code X.expected.json}, or a checkpoint's folder with {@code expected.json}, which has the digest of each
 * weight in Hugging Face's order; and {@code input_ids.i} and {@code logits.i} in the safetensors beside it.
 */
final class DigestLayout implements FolderLayout {
    private static final String GGUF_DIGESTS = "sha256_of_f32_little_endian_in_hugging_face_order";
    private static final String DIGESTS = "sha256_of_f32_little_endian";

    private static final double TOLERANCE = 2e-4;
    private static final int CONTEXT = 256;

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (Path gguf : folder.endingIn(".gguf")) {
            String name = gguf.getFileName().toString().replaceFirst("gguf$", "");
            suite(folder, name + "expected", GGUF_DIGESTS, folder.label(gguf), gguf)
                    .ifPresent(suites::add);
        }
        suite(folder, "expected", DIGESTS, folder.name().toString(), folder.path())
                .ifPresent(suites::add);
        return suites;
    }

    private static Optional<Suite> suite(Folder folder, String expected, String key, String label, Path model)
            throws IOException {
        Optional<JsonNode> json = folder.json(expected + ".json").filter(found -> ConformanceJson.has(found, key));
        Optional<Path> values = folder.file(expected + ".safetensors");
        if (json.isEmpty() || values.isEmpty()) {
            return Optional.empty();
        }
        ReferenceTensors logits = ReferenceTensors.read(values.get());
        String state = ConformanceJson.text(json.get(), "state_dtype");
        return Optional.of(
                new Suite(label, tally -> check(tally, model, json.get().get(key), logits, state)));
    }

    private static void check(Tally tally, Path model, JsonNode digests, ReferenceTensors values, String state) {
        try (var weights = new HuggingFaceWeights(model)) {
            digests.forEachEntry((name, digest) -> {
                String sha256 = digest.path("as_f32").asString(digest.asString(""));
                tally.count(name, weights.check(name, sha256));
            });
        } catch (ModelFileException e) {
            digests.forEach(digest -> tally.fail(e.getMessage()));
        }
        int sequences = values.count("logits.");
        try (var source = new LogitSource(model, CONTEXT, 1, config -> RoundedRope.in(config, state))) {
            for (int i = 0; i < sequences; i++) {
                tally.count("logits." + i, logits(tally, source, values, i));
            }
        } catch (ModelFileException e) {
            for (int i = 0; i < sequences; i++) {
                tally.fail(e.getMessage());
            }
        }
    }

    private static Optional<String> logits(Tally tally, LogitSource model, ReferenceTensors values, int sequence) {
        float[][] logits = model.logits(values.ints("input_ids." + sequence));
        Optional<String> problem = Optional.empty();
        for (int i = 0; i < logits.length; i++) {
            int position = i;
            Optional<String> found =
                    LogitComparison.close(tally, logits[i], values.row("logits." + sequence, i), TOLERANCE);
            problem = problem.or(() -> found.map(why -> "position " + position + " " + why));
        }
        return problem;
    }
}
