package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;

/** Texts of random tokens that the masks of schemas allow. */
final class DrawnTexts {
    private final Tokenizer tokenizer;
    private final TokenTable table;

    private DrawnTexts(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.table = new TokenTable(tokenizer);
    }

    static DrawnTexts ofBundledModel() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            return new DrawnTexts(Tokenizer.of(GgufVocabulary.read(file.metadata())));
        }
    }

    Constraint compile(String schema, Layout layout) {
        return Constraint.compile(SchemaGrammar.of(schema, layout, table.writable()), table);
    }

    /** A text of tokens drawn at random; empty if it doesn't end in time. */
    Optional<String> draw(TokenMask mask, Random random) {
        var text = new ByteArrayOutputStream();
        long[] bits = new long[(tokenizer.bytes().size() + 63) / 64];
        for (int tokens = 0; tokens < 300; tokens++) {
            mask.allow(bits);
            BitSet allowed = BitSet.valueOf(bits);
            assertThat(allowed.isEmpty())
                    .as(text.toString(StandardCharsets.UTF_8))
                    .isFalse();
            int stop = allowed.get(2) ? 2 : -1;
            int token = stop >= 0 && random.nextInt(4) > 0 ? stop : pick(allowed, random);
            if (tokenizer.stopTokens().contains(token)) {
                return Optional.of(text.toString(StandardCharsets.UTF_8));
            }
            text.writeBytes(tokenizer.bytes().get(token));
            mask.advance(token);
        }
        return Optional.empty();
    }

    /** Where many tokens may come it is a string: half of the time one that can close it, so that it does. */
    private int pick(BitSet allowed, Random random) {
        int quote = tokenizer.encode("\"")[0];
        if (allowed.get(quote) && random.nextInt(3) == 0) {
            return quote;
        }
        return allowed.stream()
                .skip(random.nextInt(allowed.cardinality()))
                .findFirst()
                .orElseThrow();
    }
}
