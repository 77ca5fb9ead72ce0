package io.baseload.conformance;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Skeletons of {@code tokenizer.json} for vocabularies in GGUF files, and the case files of these vocabularies beside them. A skeleton is filled with the
 * vocabulary and its merges; what is read from it must give the ids that our own conversion gives, on the cases' texts and on others.
 */
final class SkeletonLayout implements FolderLayout {
    private static final int OTHER_TEXTS = 200;

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (var entry : folder.json().entrySet()) {
            JsonNode json = entry.getValue();
            if (json.isObject()
                    && json.valueStream().anyMatch(s -> ConformanceJson.has(s, "model", "added_tokens", "counts"))) {
                for (var skeleton : json.properties()) {
                    suites.add(suite(folder, entry.getKey(), skeleton.getKey(), skeleton.getValue(), models));
                }
            }
        }
        return suites;
    }

    private static Suite suite(Folder folder, Path file, String name, JsonNode skeleton, Models models)
            throws IOException {
        String label = folder.label(file) + ":" + name;
        Optional<JsonNode> cases = folder.json(name + ".visible.json").or(() -> folder.json(name + ".json"));
        String model = cases.map(c -> ConformanceJson.text(c, "vocabulary")).orElse("");
        Path beside = folder.path().resolve(model);
        Optional<Path> gguf = folder.file(model).isPresent()
                ? Optional.of(beside)
                : models.below(folder.path()).find(String.valueOf(beside.getFileName()));
        return cases.isEmpty() || gguf.isEmpty()
                ? Suite.unsupported(label, 1, "its cases or its vocabulary \"" + model + "\" were not found")
                : new Suite(label, tally -> check(tally, gguf.get(), skeleton, cases.get()));
    }

    private static void check(Tally tally, Path gguf, JsonNode skeleton, JsonNode cases) {
        var vocabulary = (Vocabulary.Gguf) Tokenizers.vocabulary(gguf);
        FilledSkeleton filled = FilledSkeleton.of(skeleton, vocabulary);
        tally.count("counts", equal(filled.counts(), skeleton.get("counts")));
        Tokenizer ours = Tokenizer.of(vocabulary);
        JsonNode added = filled.firstAdded(skeleton.get("added_tokens").size());
        tally.count("added_tokens", equal(added, skeleton.get("added_tokens")));
        Tokenizer theirs = Tokenizer.of(new Vocabulary.Files(
                gguf, Map.of("tokenizer.json", filled.json().getBytes(StandardCharsets.UTF_8))));
        List<String> given = cases.get("cases")
                .valueStream()
                .map(c -> ConformanceJson.text(c, "text"))
                .toList();
        List<String> specials = skeleton.get("added_tokens")
                .valueStream()
                .map(t -> ConformanceJson.text(t, "content"))
                .toList();
        int i = 0;
        for (String text :
                Stream.concat(given.stream(), others(given, specials)).toList()) {
            tally.count("text " + i++, difference(ours, theirs, text));
        }
    }

    private static Optional<String> equal(JsonNode given, JsonNode expected) {
        return given.equals(expected) ? Optional.empty() : Optional.of("gives " + given + ", not " + expected);
    }

    private static Optional<String> difference(Tokenizer ours, Tokenizer theirs, String text) {
        return Stream.of(
                        ConformanceJson.equal(ours.encodePlain(text), theirs.encodePlain(text)),
                        ConformanceJson.equal(ours.encode(text), theirs.encode(text)),
                        ConformanceJson.equal(ours.encodeWhole(text), theirs.encodeWhole(text)))
                .flatMap(Optional::stream)
                .findFirst()
                .map(problem -> "\"" + text + "\" " + problem);
    }

    /** Parts of the given texts, special tokens and characters from everywhere, in an order of their own; the same each time. */
    private static Stream<String> others(List<String> given, List<String> specials) {
        var random = new Random(1);
        return IntStream.range(0, OTHER_TEXTS).mapToObj(_ -> {
            var text = new StringBuilder();
            for (int parts = 1 + random.nextInt(6); parts > 0; parts--) {
                text.append(part(random, given, specials));
            }
            return text.toString();
        });
    }

    private static String part(Random random, List<String> given, List<String> specials) {
        return switch (random.nextInt(6)) {
            case 0 -> specials.get(random.nextInt(specials.size()));
            case 1 -> " ".repeat(1 + random.nextInt(4)) + "\n".repeat(random.nextInt(3));
            case 2 -> Character.toString(character(random));
            case 3 -> Integer.toString(random.nextInt(100_000));
            default -> {
                int[] text =
                        given.get(random.nextInt(given.size())).codePoints().toArray();
                int from = random.nextInt(text.length + 1);
                int[] cut = Arrays.copyOfRange(text, from, Math.min(text.length, from + random.nextInt(40)));
                yield new String(cut, 0, cut.length);
            }
        };
    }

    private static int character(Random random) {
        int c = random.nextInt(0x20000);
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? ' ' : c;
    }
}
