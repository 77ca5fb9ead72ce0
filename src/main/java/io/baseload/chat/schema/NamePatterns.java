package io.baseload.chat.schema;

import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.TextReader;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The patterns in a document's {@code patternProperties}, each compiled once for all names that are matched with it. */
final class NamePatterns {
    /** Beyond as many, a pattern is compiled for each name. */
    private static final int MAX_READERS = 128;

    /** The same, for the states of all patterns. */
    private static final int MAX_STATES = 100_000;

    /** Of each pattern. */
    private static final long MAX_REMEMBERED_BYTES = 60_000;

    private final Effort effort;
    private final Map<String, TextReader> sure = new HashMap<>();
    private final Map<String, TextReader> possible = new HashMap<>();
    private int states;

    NamePatterns(Effort effort) {
        this.effort = effort;
    }

    /** Whether a name matches in all dialects. */
    boolean matchesSurely(Subschema schema, String pattern, String name) {
        return accepts(sure, pattern, name, () -> Strings.pattern(place(schema, pattern), pattern));
    }

    /** Whether a name matches in any dialect. */
    boolean matchesPerhaps(Subschema schema, String pattern, String name) {
        return accepts(possible, pattern, name, () -> Strings.perhapsPattern(place(schema, pattern), pattern));
    }

    private static String place(Subschema schema, String pattern) {
        return schema.pointer() + "/patternProperties/" + Subschema.escape(pattern);
    }

    private boolean accepts(Map<String, TextReader> readers, String pattern, String name, Supplier<Expr> language) {
        effort.spend(1L + name.length());
        TextReader reader = readers.get(pattern);
        if (reader == null) {
            reader = new TextReader(Grammar.of(language.get()), effort, MAX_REMEMBERED_BYTES);
            if (readers.size() < MAX_READERS && states + reader.states() <= MAX_STATES) {
                readers.put(pattern, reader);
                states += reader.states();
            }
        }
        return reader.accepts(name);
    }
}
