package io.baseload.conformance;

import io.baseload.engine.api.Vocabulary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A {@code tokenizer.json} that was written without vocabulary, merges and most added tokens, with these as a GGUF file has them. */
record FilledSkeleton(ObjectNode tokenizer) {
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int BYTE = 6;

    static FilledSkeleton of(JsonNode skeleton, Vocabulary.Gguf vocabulary) {
        ObjectNode tokenizer = (ObjectNode) skeleton.deepCopy();
        tokenizer.remove("counts");
        ObjectNode model = (ObjectNode) tokenizer.get("model");
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            vocab.put(vocabulary.tokens().get(id), id);
        }
        ArrayNode merges = model.putArray("merges");
        (vocabulary.merges().isEmpty() ? ofScores(vocabulary) : split(vocabulary.merges()))
                .forEach(pair -> merges.addArray().add(pair.get(0)).add(pair.get(1)));
        addTokens(tokenizer.putArray("added_tokens"), skeleton.get("added_tokens"), vocabulary);
        return new FilledSkeleton(tokenizer);
    }

    /** Those that the skeleton has are the form of all of their type. */
    private static void addTokens(ArrayNode added, JsonNode shown, Vocabulary.Gguf vocabulary) {
        Map<String, JsonNode> forms = new HashMap<>();
        shown.forEach(token -> forms.put(ConformanceJson.text(token, "content"), token));
        JsonNode usual = shown.get(shown.size() - 1);
        for (int id = 0; id < vocabulary.types().size(); id++) {
            int type = vocabulary.types().get(id);
            if (type == UNKNOWN || type == CONTROL || type == USER_DEFINED) {
                String text = vocabulary.tokens().get(id);
                ObjectNode token = (ObjectNode) forms.getOrDefault(text, usual).deepCopy();
                token.put("id", id).put("content", text).put("special", type != USER_DEFINED);
                added.add(token);
            }
        }
    }

    private static List<List<String>> split(List<String> merges) {
        return merges.stream()
                .map(m -> List.of(m.substring(0, m.indexOf(' ', 1)), m.substring(m.indexOf(' ', 1) + 1)))
                .toList();
    }

    /** All splits of a piece into two pieces, best first. */
    private static List<List<String>> ofScores(Vocabulary.Gguf vocabulary) {
        record Split(String left, String right, float score) {}
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            int type = vocabulary.types().get(id);
            if (type != UNKNOWN && type != CONTROL && type != BYTE) {
                ids.put(vocabulary.tokens().get(id), id);
            }
        }
        var splits = new ArrayList<Split>();
        ids.forEach((piece, id) -> {
            for (int i = 1; i < piece.length(); i++) {
                if (ids.containsKey(piece.substring(0, i)) && ids.containsKey(piece.substring(i))) {
                    splits.add(new Split(
                            piece.substring(0, i),
                            piece.substring(i),
                            vocabulary.scores()[id]));
                }
            }
        });
        splits.sort(Comparator.comparingDouble((Split split) -> -split.score)
                .thenComparing(split -> ids.get(split.left))
                .thenComparing(split -> ids.get(split.right)));
        return splits.stream().map(split -> List.of(split.left, split.right)).toList();
    }

    ObjectNode counts() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("vocab", tokenizer.get("model").get("vocab").size())
                .put("merges", tokenizer.get("model").get("merges").size())
                .put("added_tokens", tokenizer.get("added_tokens").size());
    }

    ArrayNode firstAdded(int count) {
        ArrayNode first = JsonMapper.shared().createArrayNode();
        tokenizer.get("added_tokens").valueStream().limit(count).forEach(first::add);
        return first;
    }

    String json() {
        return tokenizer.toString();
    }
}
