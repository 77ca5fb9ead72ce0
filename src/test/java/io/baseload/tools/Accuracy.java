package io.baseload.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * {@code accuracy MODEL WINDOWS N PAGE}: measures the model in every form that import offers, and with every KV cache, over the first N windows, and writes the tables
 * into the page between its lines {@code <!-- weights -->}, {@code <!-- kv -->} and {@code <!-- end -->}.
 */
public final class Accuracy {
    private static final List<String> WEIGHTS = List.of("f32", "bf16", "q8", "nf4", "nf4-dq", "nf4-fp8");
    private static final List<String> CACHES = List.of("f16", "q8");
    private static final String HEAD = """

        | %s | perplexity | change | mean KL, nats | top-1 agreement |
        |---|---|---|---|---|
        | as it is | %.4f | | 0 | 100 %% |
        """;

    private Accuracy() {}

    public static void main(String[] args) throws IOException {
        var run = new AccuracyRun(Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[2]));
        Path page = Path.of(args[3]);
        double plain = run.plain().get("perplexity").asDouble();
        var weights = new StringBuilder(String.format(Locale.ROOT, HEAD, "weights", plain));
        for (String quantization : WEIGHTS) {
            weights.append(row(quantization, run.quantized(quantization), plain));
            System.err.println(quantization);
        }
        var caches = new StringBuilder(String.format(Locale.ROOT, HEAD, "KV cache", plain));
        for (String precision : CACHES) {
            caches.append(row(precision, run.kv(precision), plain));
            System.err.println("KV " + precision);
        }
        String text = Files.readString(page);
        text = between(text, "<!-- weights -->", weights.append('\n').toString());
        Files.writeString(page, between(text, "<!-- kv -->", caches.append('\n').toString()));
    }

    private static String row(String name, JsonNode report, double plain) {
        double perplexity = report.get("perplexity").asDouble();
        return String.format(
                Locale.ROOT,
                "| %s | %.4f | %+.3f %% | %.7f | %.2f %% |%n",
                name,
                perplexity,
                100 * (perplexity / plain - 1),
                report.at("/against/meanKl").asDouble(),
                100 * report.at("/against/agreement").asDouble());
    }

    private static String between(String text, String mark, String table) {
        int from = text.indexOf(mark) + mark.length();
        int to = text.indexOf("<!-- end -->", from);
        return text.substring(0, from) + "\n" + table + text.substring(to);
    }
}
