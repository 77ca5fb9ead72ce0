package io.baseload.cli;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Gbnf;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.RegularExpression;
import io.baseload.chat.grammar.TextReader;
import io.baseload.chat.schema.Layout;
import io.baseload.chat.schema.SchemaGrammar;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compiles a schema, grammar or expression and checks whether a text matches it; exit code 1 if it doesn't. */
@Command(
        name = "grammar",
        description = "Compiles a schema, grammar or expression, and checks whether a text belongs to its language.")
final class GrammarCommand implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @ArgGroup(multiplicity = "1")
    private Language language = new Language();

    @Option(
            names = "--accepts",
            paramLabel = "FILE",
            description =
                    "The text, in UTF-8. JSON may have white space wherever it is allowed; one line end after the last"
                            + " line is not part of the text.")
    private @Nullable Path text;

    /** The definition of the language. */
    private static final class Language {
        @Option(names = "--schema", required = true, paramLabel = "FILE", description = "A JSON Schema (2020-12).")
        private @Nullable Path schema;

        @Option(
                names = "--gbnf",
                required = true,
                paramLabel = "FILE",
                description = "A grammar as llama.cpp writes them.")
        private @Nullable Path gbnf;

        @Option(
                names = "--regex",
                required = true,
                paramLabel = "EXPRESSION",
                description = "A regular expression that a text must match as a whole.")
        private @Nullable String regex;

        private Grammar grammar() {
            if (schema != null) {
                return SchemaGrammar.of(TextFile.read(schema), Layout.FREE, CodePoints.ALL);
            }
            return gbnf != null
                    ? Gbnf.parse(TextFile.read(gbnf), token -> OptionalInt.empty())
                    : Grammar.of(RegularExpression.whole(String.valueOf(regex)));
        }

        private String source() {
            return schema != null ? schema.toString() : gbnf != null ? gbnf.toString() : "the expression";
        }
    }

    /**
     * The output of {@code --json}.
     *
     * @param accepted whether the text belongs to the language; null if none was given
     */
    record Report(int rules, @Nullable Boolean accepted, TextReader.@Nullable Departure departure) {}

    @Override
    public Integer call() {
        Grammar grammar;
        TextReader reader;
        try {
            grammar = language.grammar();
            reader = new TextReader(grammar);
        } catch (GrammarException e) {
            throw new BadInputException(language.source() + ": " + e.getMessage());
        }
        int rules = grammar.rules().size();
        if (text == null) {
            output.result(new Report(rules, null, null), language.source() + ": compiled, " + rules + " rules");
            return 0;
        }
        Optional<TextReader.Departure> departure = departure(reader, TextFile.bytes(text));
        output.result(
                new Report(rules, departure.isEmpty(), departure.orElse(null)),
                departure.map(this::refusal).orElse(text + " belongs to the language"));
        return departure.isEmpty() ? 0 : 1;
    }

    private static Optional<TextReader.Departure> departure(TextReader reader, byte[] bytes) {
        Optional<TextReader.Departure> whole = reader.departure(bytes);
        int end = bytes.length - 1;
        boolean lineEnd = whole.isPresent()
                && end >= 0
                && bytes[end] == '\n'
                && whole.get().offset() == end;
        return lineEnd ? reader.departure(Arrays.copyOf(bytes, end)) : whole;
    }

    private String refusal(TextReader.Departure at) {
        return String.format(
                "%s leaves the language at byte %d, line %d, column %d; expected %s",
                text, at.offset(), at.line(), at.column(), at.expected());
    }
}
