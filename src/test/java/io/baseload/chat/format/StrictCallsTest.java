package io.baseload.chat.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of strict tools where the model decides, token by token of SmolLM2's vocabulary: its marks are text. */
class StrictCallsTest {
    private static final ToolSet TOOLS = new ToolSet(
            List.of(new ToolSpec(
                    "add",
                    "",
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":99}},"
                            + "\"required\":[\"a\"],\"additionalProperties\":false}",
                    true)),
            ToolChoice.Mode.AUTO,
            false);
    private static Tokenizer tokenizer;
    private static Constraint constraint;

    @BeforeAll
    static void compile() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            tokenizer = Tokenizer.of(GgufVocabulary.read(file.metadata()));
        }
        var table = new TokenTable(tokenizer);
        var grammar = new Grammar.Builder();
        Expr.Rule root = grammar.declare("root");
        var format = new AnswerFormat(ToolFormats.GENERIC, "", text -> false);
        var calls = new CallGrammar(format, text -> OptionalInt.empty(), table.writable(), grammar);
        grammar.define(root, calls.textAndCalls(TOOLS));
        constraint = Constraint.compile(grammar.build(), table);
    }

    private static BitSet allowed(TokenMask mask) {
        long[] bits = new long[(tokenizer.bytes().size() + 63) / 64];
        mask.allow(bits);
        return BitSet.valueOf(bits);
    }

    /** Begins an answer, and goes on with any tokens that may come; the text of all. */
    private static String drawn(String beginning, Random random) {
        TokenMask mask = constraint.mask();
        var text = new ByteArrayOutputStream();
        int[] begun = tokenizer.encode(beginning);
        for (int i = 0; i < begun.length + 60; i++) {
            BitSet allowed = allowed(mask);
            int token = i < begun.length ? begun[i] : allowed.nextSetBit(random.nextInt(allowed.length()));
            assertThat(allowed.get(token)).isTrue();
            mask.advance(token);
            if (tokenizer.stopTokens().contains(token)) {
                break;
            }
            text.write(
                    tokenizer.bytes().table(),
                    tokenizer.bytes().start(token),
                    tokenizer.bytes().length(token));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Let me add. <tool_call>\n{\"name\": \"add\", \"arguments\":",
                "<tool_call>\n{\"",
                "{\"name\": \"add\", \"arguments\": {",
                "\n{\n \"name\": \"add\",\n \"parameters\":",
            })
    void aCallThatHasBegunEndsWithValidArguments(String beginning) {
        Random random = new Random(3);
        for (int i = 0; i < 20; i++) {
            String answer = drawn(beginning, random);
            var calls =
                    Reading.of(ToolFormats.GENERIC, "", false, TOOLS, answer, 5).calls();
            assertThat(calls).as(answer).isNotEmpty().allMatch(call -> call.matches("add \\{\"a\": ?\\d\\d?}"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "`` ~ 0.99",
                "Paris is the ~ 0.99",
                "See <tool ~ 0.99",
                "{\"city\": \"Pa ~ 0.99",
            })
    void textIsFree(String beginning, double most) {
        TokenMask mask = constraint.mask();
        for (int token : tokenizer.encode(beginning)) {
            assertThat(allowed(mask).get(token)).isTrue();
            mask.advance(token);
        }
        BitSet allowed = allowed(mask);
        assertThat(allowed.cardinality())
                .isGreaterThan((int) (most * tokenizer.bytes().size()));
        assertThat(tokenizer.stopTokens()).allMatch(allowed::get);
    }

    @Test
    void aMarkIsEnforcedAcrossTokens() {
        TokenMask mask = constraint.mask();
        for (int token : tokenizer.encode("<tool_call")) {
            mask.advance(token);
        }
        assertThat(allowed(mask).get(tokenizer.encode(">\n")[0])).isTrue();
        assertThat(allowed(mask).stream()
                        .mapToObj(id -> new String(
                                tokenizer.bytes().table(),
                                tokenizer.bytes().start(id),
                                tokenizer.bytes().length(id),
                                StandardCharsets.UTF_8))
                        .filter(text -> text.startsWith(">")))
                .allMatch(">\n{\"name\": \"add\""::startsWith);
    }
}
