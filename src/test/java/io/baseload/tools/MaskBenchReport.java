package io.baseload.tools;

import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Summarizes the results of MaskBench's schemas. */
final class MaskBenchReport {
    private static final Pattern UNSUPPORTED = Pattern.compile("(\\S+) is not supported.*", Pattern.DOTALL);

    /** All 11,306 schemas with Llama 3's tokenizer, one thread of a server of A100s; times in microseconds. */
    private static final String PUBLISHED = """

        Published (MaskBench's README, March 2025: all 11,306 schemas, Llama 3's tokenizer, one thread of another machine), µs:
                    passing       first mask p50 / p75 / p90 / p99       mask p50 / p90 / p99 / p99.9
        LLGuidance   8,909 (78.8 %)   1,037 / 1,534 / 3,030 / 17,988         46 /  77 /   533 /   1,695
        XGrammar     8,122 (71.8 %)                                           9 /  99 / 5,687 / 100,267
        Outlines     7,050 (62.4 %)
        llama.cpp    6,505 (57.5 %)\
        """;

    private final int vocabulary;
    private final List<MaskBenchRun.Outcome> outcomes = new ArrayList<>();

    MaskBenchReport(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    void add(MaskBenchRun.Outcome outcome) {
        outcomes.add(outcome);
    }

    int exitCode() {
        return outcomes.isEmpty() ? 2 : count(o -> !o.unsound().isEmpty()) > 0 ? 1 : 0;
    }

    void print() {
        int all = Math.max(1, outcomes.size());
        int passing = count(MaskBenchRun.Outcome::passes);
        print("schemas                    %,d, of %,d instances", outcomes.size(), instances());
        print("passing                    %,d (%.1f %%)", passing, 100.0 * passing / all);
        print(
                "unsound                    %,d (an invalid instance is accepted)",
                count(o -> !o.unsound().isEmpty()));
        print("a valid instance refused   %,d", count(o -> !o.departures().isEmpty()));
        print("refused                    %,d", count(o -> o.refused().isPresent()));
        refusals().entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(reason -> print("%8d  %s", reason.getValue(), reason.getKey()));
        print("");
        print("Microseconds of CPU time, one thread, %,d tokens in the vocabulary:", vocabulary);
        times(
                "compiling",
                outcomes.stream().mapToDouble(MaskBenchRun.Outcome::compile).toArray());
        times(
                "first mask",
                outcomes.stream()
                        .filter(o -> o.refused().isEmpty())
                        .mapToDouble(MaskBenchRun.Outcome::firstMask)
                        .toArray());
        times(
                "mask",
                outcomes.stream()
                        .flatMap(o -> o.masks().stream())
                        .mapToDouble(Double::doubleValue)
                        .toArray());
        System.out.println(PUBLISHED);
    }

    private int instances() {
        return outcomes.stream().mapToInt(MaskBenchRun.Outcome::instances).sum();
    }

    private int count(Predicate<MaskBenchRun.Outcome> property) {
        return (int) outcomes.stream().filter(property).count();
    }

    private Map<String, Integer> refusals() {
        Map<String, Integer> refusals = new TreeMap<>();
        outcomes.stream()
                .flatMap(outcome -> outcome.refused().stream())
                .forEach(refused -> refusals.merge(reason(refused), 1, Integer::sum));
        return refusals;
    }

    /** The keyword that is not supported, or what the message says. */
    private static String reason(GrammarException refused) {
        String message = String.valueOf(refused.getMessage()).replaceFirst("^#\\S*: ", "");
        Matcher unsupported = UNSUPPORTED.matcher(message);
        return unsupported.matches()
                ? unsupported.group(1)
                : message.lines().findFirst().orElse("").replaceAll("\\d+", "N");
    }

    private static void times(String name, double[] times) {
        double[] sorted = Arrays.stream(times).sorted().toArray();
        if (sorted.length > 0) {
            print(
                    "%-10s  p50 %,.0f  p75 %,.0f  p90 %,.0f  p99 %,.0f  p99.9 %,.0f  most %,.0f  average %,.0f  (%,d)",
                    name,
                    at(sorted, 0.5),
                    at(sorted, 0.75),
                    at(sorted, 0.9),
                    at(sorted, 0.99),
                    at(sorted, 0.999),
                    sorted[sorted.length - 1],
                    Arrays.stream(sorted).average().orElse(0),
                    sorted.length);
        }
    }

    private static double at(double[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
    }

    private static void print(String form, Object... values) {
        System.out.printf(Locale.ROOT, form + "%n", values);
    }
}
