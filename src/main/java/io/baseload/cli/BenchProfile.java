package io.baseload.cli;

import io.baseload.engine.api.OperatorTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The workers' time by operator, in percent.
 *
 * @param prefill by class of operator, until all sequences had their first token
 * @param decode afterwards
 */
record BenchProfile(Map<String, Double> prefill, Map<String, Double> decode) {
    /** The groups in which an article reports the time of Yuan2.0-102B on a server with four sockets: Inspur, 2024. */
    private static final Map<String, Integer> ARTICLE =
            Map.of("linear", 50, "convolution", 20, "collectives", 20, "other", 10);

    static BenchProfile of(List<BenchRound> rounds) {
        return new BenchProfile(
                percent(rounds.stream().map(BenchRound::prefill).toList()),
                percent(rounds.stream().map(BenchRound::decode).toList()));
    }

    private static Map<String, Double> percent(List<OperatorTimes> rounds) {
        double total =
                rounds.stream().mapToLong(times -> times.total().toNanos()).sum();
        Map<String, Double> percent = new TreeMap<>();
        for (OperatorTimes round : rounds) {
            for (Map.Entry<String, Duration> time : round.times().entrySet()) {
                if (!time.getValue().isZero()) {
                    percent.merge(time.getKey(), 100 * time.getValue().toNanos() / total, Double::sum);
                }
            }
        }
        percent.replaceAll((operator, part) -> Math.round(part * 100) / 100.0);
        return percent;
    }

    private static String group(String operator) {
        return switch (operator) {
            case "convolution" -> "convolution";
            case "barriers", "waiting", "all-reduce" -> "collectives";
            default -> operator.startsWith("linear ") ? "linear" : "other";
        };
    }

    /** For people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line("prefill", prefill));
        lines.add(line("decode", decode));
        Map<String, Double> groups = new TreeMap<>();
        decode.forEach((operator, part) -> groups.merge(group(operator), part, Double::sum));
        List<String> parts = new ArrayList<>();
        for (String group : List.of("linear", "convolution", "collectives", "other")) {
            parts.add(String.format(
                    Locale.ROOT,
                    "%s %.0f %% (%d)",
                    group,
                    groups.getOrDefault(group, 0.0),
                    ARTICLE.getOrDefault(group, 0)));
        }
        lines.add("    in Inspur's groups, in brackets the article's figures for Yuan2.0-102B: "
                + String.join(", ", parts));
        return lines;
    }

    private static String line(String phase, Map<String, Double> percent) {
        List<String> parts = percent.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(part -> String.format(Locale.ROOT, "%s %.1f %%", part.getKey(), part.getValue()))
                .toList();
        return "    " + phase + ": " + String.join(", ", parts);
    }
}
