package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.util.OptionalInt;

/** Checks that the parts of a vocabulary are consistent. */
final class VocabularyCheck {
    private VocabularyCheck() {}

    static void check(Vocabulary.Gguf vocabulary) {
        int count = vocabulary.tokens().size();
        require(count > 0, "the vocabulary has no tokens");
        int types = vocabulary.types().size();
        require(types == 0 || types == count, "token_type has " + types + " entries, expected " + count);
        boolean unigram = vocabulary.model().equals("t5");
        if (unigram || vocabulary.model().equals("llama")) {
            checkScores(vocabulary.scores(), count);
        }
        if (unigram && vocabulary.characterMap().length > 0) {
            CharacterMap.check(vocabulary.characterMap(), VocabularyCheck::problem);
        }
        inside("bos_token_id", vocabulary.bos(), count);
        inside("eos_token_id", vocabulary.eos(), count);
        inside("eot_token_id", vocabulary.eot(), count);
        inside("unknown_token_id", vocabulary.unknown(), count);
        inside("seperator_token_id", vocabulary.separator(), count);
    }

    private static void checkScores(float[] scores, int count) {
        require(scores.length == count, "scores has " + scores.length + " entries, expected " + count);
        for (int id = 0; id < count; id++) {
            boolean finite = Float.isFinite(scores[id]);
            require(finite, "the score of token " + id + " is " + scores[id] + ", expected a finite number");
        }
    }

    private static void inside(String key, OptionalInt id, int count) {
        int value = id.orElse(0);
        require(value >= 0 && value < count, key + " is " + value + ", expected 0 to " + (count - 1));
    }

    static void require(boolean holds, String problem) {
        if (!holds) {
            throw problem(problem);
        }
    }

    private static IllegalArgumentException problem(String problem) {
        return new IllegalArgumentException("tokenizer.ggml: " + problem);
    }
}
