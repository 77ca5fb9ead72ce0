package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The merges of a sentencepiece BPE, whose file has only scores: every split of a piece into two known pieces, best score first. Exact where no two
 * scores are equal.
 */
final class SentencePieceMerges {
    private static final Set<TokenType> PIECES = EnumSet.of(TokenType.NORMAL, TokenType.USER_DEFINED, TokenType.UNUSED);

    record Pair(String left, String right, int leftId, int rightId, float score) {}

    private SentencePieceMerges() {}

    static List<Pair> of(Vocabulary.Gguf vocabulary) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            if (PIECES.contains(TokenType.of(vocabulary, id))) {
                ids.put(vocabulary.tokens().get(id), id);
            }
        }
        List<Pair> pairs = new ArrayList<>();
        ids.forEach((piece, id) -> split(piece, vocabulary.scores()[id], ids, pairs));
        pairs.sort(Comparator.comparingDouble((Pair pair) -> -pair.score)
                .thenComparingInt(Pair::leftId)
                .thenComparingInt(Pair::rightId));
        return pairs;
    }

    private static void split(String piece, float score, Map<String, Integer> ids, List<Pair> pairs) {
        for (int i = 1; i < piece.length(); i++) {
            String left = piece.substring(0, i);
            String right = piece.substring(i);
            Integer leftId = ids.get(left);
            Integer rightId = ids.get(right);
            if (leftId != null && rightId != null) {
                pairs.add(new Pair(left, right, leftId, rightId, score));
            }
        }
    }
}
