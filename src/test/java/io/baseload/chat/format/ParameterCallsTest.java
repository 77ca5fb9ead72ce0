package io.baseload.chat.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.ToolChoice;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.schema.Example;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forced calls of models that write no JSON: texts drawn from their masks are read as one call, whose arguments validate. */
class ParameterCallsTest {
    private static final int MAX_TOKENS = 400;

    private static Tokenizer tokenizer;
    private static TokenTable table;

    @BeforeAll
    static void load() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            tokenizer = Tokenizer.of(GgufVocabulary.read(file.metadata()));
        }
        table = new TokenTable(tokenizer);
    }

    static List<String> names() {
        return ToolFormats.names().stream()
                .filter(name -> ToolFormats.named(name)
                        .orElseThrow()
                        .syntax()
                        .parameters()
                        .isPresent())
                .toList();
    }

    /** The examples as a tool's parameters, and as one of its parameters. */
    private static List<Example> examples() {
        Stream<Example> inside = Example.all().stream()
                .filter(example -> !example.schema().contains("$ref"))
                .map(example -> new Example(
                        example.id() + " inside",
                        "",
                        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},\"it\":" + example.schema()
                                + "},\"required\":[\"it\"]}",
                        List.of()));
        return Stream.concat(Example.all().stream(), inside).toList();
    }

    /** Each form with a part of the examples, or it would take minutes. */
    @ParameterizedTest
    @MethodSource("names")
    void drawnTextsAreReadAsCallsWithValidArguments(String name) {
        ToolFormat format = ToolFormats.named(name).orElseThrow();
        int drawn = 0;
        List<Example> examples = examples();
        for (int i = names().indexOf(name); i < examples.size(); i += names().size()) {
            Example example = examples.get(i);
            var tools = new ToolSet(
                    List.of(new ToolSpec("call_it", "", example.schema(), false)), ToolChoice.Mode.REQUIRED, false);
            Random random = new Random(example.id().hashCode());
            Optional<String> text =
                    constraint(format, tools).flatMap(constraint -> draw(constraint.mask(), format, random));
            if (text.isPresent()) {
                drawn++;
                List<String> calls =
                        Reading.of(format, "", false, tools, text.get(), 7).calls();
                assertThat(calls).as(text.get()).singleElement().asString().startsWith("call_it {");
                assertThat(example.problems(calls.getFirst().substring("call_it ".length())))
                        .as(example + ": " + text.get())
                        .isEmpty();
            }
        }
        assertThat(drawn).isGreaterThan(30);
    }

    /** Empty where the parameters can't be written in this form. */
    private static Optional<Constraint> constraint(ToolFormat format, ToolSet tools) {
        var grammar = new Grammar.Builder();
        Expr.Rule root = grammar.declare("root");
        var answers = new AnswerFormat(format, "", text -> false);
        var calls = new CallGrammar(answers, text -> OptionalInt.empty(), table.writable(), grammar);
        try {
            grammar.define(root, calls.calls(tools));
            return Optional.of(Constraint.compile(grammar.build(), table));
        } catch (GrammarException unsupported) {
            return Optional.empty();
        }
    }

    /** An answer of tokens drawn at random, now and then those that end a value, or begin another; empty if it doesn't end in time. */
    private static Optional<String> draw(TokenMask mask, ToolFormat format, Random random) {
        var text = new ByteArrayOutputStream();
        ParameterSyntax parameters = format.syntax().parameters().orElseThrow();
        int[] end = tokenizer.encode(parameters.closeText() + parameters.afterValue());
        int[] quote = tokenizer.encode("\"");
        List<int[]> lines = format.syntax().linesAfterValue(Stream.of("n>")).stream()
                .map(tokenizer::encode)
                .toList();
        for (int tokens = 0; tokens < MAX_TOKENS; tokens++) {
            BitSet allowed = allowed(mask);
            assertThat(allowed.isEmpty())
                    .as(text.toString(StandardCharsets.UTF_8))
                    .isFalse();
            if (tokenizer.stopTokens().stream().anyMatch(allowed::get)) {
                return Optional.of(text.toString(StandardCharsets.UTF_8));
            }
            int[] ending = random.nextInt(4) == 0 ? end : random.nextInt(3) == 0 ? quote : new int[0];
            if (!lines.isEmpty() && random.nextInt(4) == 0) {
                ending = lines.get(random.nextInt(lines.size()));
            }
            int[] next = ending.length > 0 && allowed.get(ending[0]) ? ending : new int[] {pick(allowed, random)};
            for (int token : next) {
                if (allowed(mask).get(token)) {
                    text.writeBytes(tokenizer.bytes().get(token));
                    mask.advance(token);
                }
            }
        }
        return Optional.empty();
    }

    private static BitSet allowed(TokenMask mask) {
        long[] bits = new long[(tokenizer.bytes().size() + 63) / 64];
        mask.allow(bits);
        return BitSet.valueOf(bits);
    }

    private static int pick(BitSet allowed, Random random) {
        return allowed.stream()
                .skip(random.nextInt(allowed.cardinality()))
                .findFirst()
                .orElseThrow();
    }
}
