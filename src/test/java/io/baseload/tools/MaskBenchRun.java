package io.baseload.tools;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.schema.Layout;
import io.baseload.chat.schema.SchemaGrammar;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.TokenMask;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs schemas of MaskBench, one after another on one thread. */
final class MaskBenchRun {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Tokenizer tokenizer;
    private final TokenTable table;
    private final Layout layout;
    private final long[] bits;

    MaskBenchRun(Tokenizer tokenizer, TokenTable table, Layout layout) {
        this.tokenizer = tokenizer;
        this.table = table;
        this.layout = layout;
        this.bits = new long[(tokenizer.bytes().size() + Long.SIZE - 1) / Long.SIZE];
    }

    /**
     * The result of a schema. Times are microseconds of the thread's own CPU time, so other programs on the machine hardly count.
     *
     * @param refused why it was not compiled
     * @param departures where valid instances that are not accepted deviate
     * @param unsound invalid instances that are accepted
     * @param compile from the schema's text to what reads instances
     * @param firstMask from the schema's text to the first mask; 0 if it was refused
     * @param masks of each token of the valid instances that are accepted: reading the token before and computing the mask
     */
    record Outcome(
            Optional<GrammarException> refused,
            List<String> departures,
            List<String> unsound,
            int instances,
            double compile,
            double firstMask,
            List<Double> masks) {

        boolean passes() {
            return refused.isEmpty() && departures.isEmpty() && unsound.isEmpty();
        }

        String problem() {
            return refused.map(e -> "refused: " + e.place() + ": " + e.getMessage())
                    .orElseGet(() ->
                            unsound.isEmpty() ? "valid: " + departures.getFirst() : "invalid: " + unsound.getFirst());
        }
    }

    Outcome of(MaskBenchSchema schema) {
        long before = THREADS.getCurrentThreadCpuTime();
        try {
            TextReader reader = new TextReader(SchemaGrammar.of(schema.schema(), layout, CodePoints.ALL));
            return follow(schema, reader, micros(before));
        } catch (GrammarException refused) {
            int instances = schema.instances().size();
            return new Outcome(Optional.of(refused), List.of(), List.of(), instances, micros(before), 0, List.of());
        }
    }

    private Outcome follow(MaskBenchSchema schema, TextReader reader, double compile) {
        List<String> departures = new ArrayList<>();
        List<String> unsound = new ArrayList<>();
        List<String> accepted = new ArrayList<>();
        for (MaskBenchSchema.Instance instance : schema.instances()) {
            Optional<TextReader.Departure> departure = reader.departure(instance.text());
            if (instance.valid()) {
                departure.ifPresentOrElse(
                        d -> departures.add(departure(d, instance.text())), () -> accepted.add(instance.text()));
            } else if (departure.isEmpty()) {
                unsound.add(instance.text());
            }
        }
        long before = THREADS.getCurrentThreadCpuTime();
        Constraint constraint = Constraint.compile(SchemaGrammar.of(schema.schema(), layout, table.writable()), table);
        constraint.mask().allow(bits);
        double firstMask = micros(before);
        List<Double> masks = new ArrayList<>();
        accepted.forEach(text -> masks(constraint, text, masks));
        int instances = schema.instances().size();
        return new Outcome(Optional.empty(), departures, unsound, instances, compile, firstMask, masks);
    }

    private static String departure(TextReader.Departure at, String text) {
        return text.substring(0, Math.min(text.length(), at.column() - 1)) + " ⏵ expected " + at.expected();
    }

    private void masks(Constraint constraint, String text, List<Double> masks) {
        TokenMask mask = constraint.mask();
        mask.allow(bits);
        for (int token : tokenizer.encode(text)) {
            if ((bits[token >> 6] & 1L << token) == 0) {
                return; // in this layout, or of these characters, the text has another form
            }
            long before = THREADS.getCurrentThreadCpuTime();
            mask.advance(token);
            mask.allow(bits);
            masks.add(micros(before));
        }
    }

    private static double micros(long since) {
        return (THREADS.getCurrentThreadCpuTime() - since) / 1e3;
    }
}
