package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptLookupTest {
    private static final int[] TEXT =
            IntStream.range(0, 300).map(i -> i * i % 7919).toArray();

    @Test
    void guessesWhatFollowedTheSameThreeTokens() {
        int[] tokens = IntStream.concat(IntStream.of(TEXT), IntStream.of(TEXT[100], TEXT[101], TEXT[102], TEXT[103]))
                .toArray();
        PromptLookup lookup = new PromptLookup(400);
        lookup.follow(tokens, 302);
        assertThat(lookup.guesses()).isFalse();
        lookup.follow(tokens, 303);
        assertThat(lookup.guesses()).isTrue();
        double before = lookup.trust();
        lookup.follow(tokens, 304);
        assertThat(lookup.trust()).isGreaterThan(before);
        int[] drafts = new int[3];
        lookup.guess(tokens, 304, drafts, 3);
        assertThat(drafts).containsExactly(TEXT[104], TEXT[105], TEXT[106]);
    }

    @Test
    void aWrongGuessCostsTrust() {
        int[] tokens = {1, 2, 3, 4, 1, 2, 3, 9};
        PromptLookup lookup = new PromptLookup(8);
        lookup.follow(tokens, 7);
        double before = lookup.trust();
        lookup.follow(tokens, 8);
        assertThat(lookup.guesses()).isFalse();
        assertThat(lookup.trust()).isLessThan(before);
    }

    @Test
    void continuesARepetitionBeyondTheEnd() {
        int[] tokens = {8, 7, 1, 2, 3, 1, 2, 3};
        PromptLookup lookup = new PromptLookup(8);
        lookup.follow(tokens, 8);
        int[] drafts = new int[7];
        lookup.guess(tokens, 8, drafts, 7);
        assertThat(drafts).containsExactly(1, 2, 3, 1, 2, 3, 1);
    }
}
