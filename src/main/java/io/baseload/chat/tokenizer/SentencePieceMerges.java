package io.baseload.chat.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges of a sentencepiece BPE, whose file has only scores: every split of a piece into two known pieces, best score first. Exact if no two merged pieces have the same score: which of
 * such pieces is merged first depends on their places in the text, which no order of merges can express.
 */
final class SentencePieceMerges {
    record Pair(String left, String right, int leftId, int rightId, float score) {
        private boolean makesTheSameAs(Pair other) {
            return (left + right).equals(other.left + other.right);
        }
    }

    private final List<Pair> pairs = new ArrayList<>();

    SentencePieceMerges(SentencePieces pieces) {
        TokenList tokens = pieces.tokens();
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (TokenType.PIECES.contains(tokens.type(id))) {
                ids.put(tokens.text(id), id);
            }
        }
        ids.forEach((piece, id) -> split(piece, pieces.scores()[id], ids));
        pairs.sort(Comparator.comparingDouble((Pair pair) -> -pair.score)
                .thenComparingInt(Pair::leftId)
                .thenComparingInt(Pair::rightId));
    }

    /** The pairs, best first. */
    List<Pair> pairs() {
        return pairs;
    }

    boolean exact() {
        for (int i = 1; i < pairs.size(); i++) {
            Pair better = pairs.get(i - 1);
            Pair pair = pairs.get(i);
            if (pair.score == better.score && !pair.makesTheSameAs(better)) {
                return false;
            }
        }
        return true;
    }

    private void split(String piece, float score, Map<String, Integer> ids) {
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
