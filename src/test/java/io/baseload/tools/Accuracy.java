package io.baseload.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * {@code accuracy MODEL WINDOWS N PAGE}: measures the model in every form that import offers, and with every KV cache, over the first N windows, and writes what it found
 * into the page: between {@code <!-- measured -->}, {@code <!-- weights -->}, {@code <!-- kv -->} and the next {@code <!-- end -->} each.
 */
public final class Accuracy {
    /** A form that import offers, and what {@code accuracy.json} calls the same. */
    private record Form(String quantization, String variant) {}

    private static final List<Form> WEIGHTS = List.of(
            new Form("f32", "f32"),
            new Form("bf16", ""),
            new Form("q8", "q8_0"),
            new Form("q4", ""),
            new Form("nf4", "nf4"),
            new Form("nf4-dq", "nf4_lin8"),
            new Form("nf4-fp8", "nf4_fp8"),
            new Form("fp4", "fp4"));

    private static final List<String> CACHES = List.of("f16", "q8");

    private Accuracy() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            System.err.println("usage: accuracy MODEL WINDOWS N PAGE");
            System.exit(2);
        }
        Path windows = Path.of(args[1]);
        int limit = Integer.parseInt(args[2]);
        var run = new AccuracyRun(Path.of(args[0]), windows, limit);
        JsonNode plain = run.plain();
        AccuracyTable weights = weights(run, plain, AccuracyReference.beside(windows, limit));
        AccuracyTable caches = caches(run, plain);
        Path page = Path.of(args[3]);
        String text = between(Files.readString(page), "measured", measured(args, plain));
        text = between(text, "weights", weights.toString());
        Files.writeString(page, between(text, "kv", caches.toString()));
    }

    private static AccuracyTable weights(AccuracyRun run, JsonNode plain, Optional<AccuracyReference> reference)
            throws IOException {
        var table = AccuracyTable.of("weights", plain, reference);
        for (Form form : WEIGHTS) {
            table.add(form.quantization(), run.quantized(form.quantization()), form.variant());
            System.err.println(form.quantization());
        }
        return table;
    }

    private static AccuracyTable caches(AccuracyRun run, JsonNode plain) {
        var table = AccuracyTable.of("KV cache", plain, Optional.empty());
        for (String precision : CACHES) {
            table.add(precision, run.kv(precision), "");
            System.err.println("KV " + precision);
        }
        return table;
    }

    private static String measured(String[] args, JsonNode plain) {
        return String.format(
                Locale.ROOT,
                "%nMeasured: %s, N = %d, %s, %d tokens scored.%n",
                Path.of(args[0]).getFileName(),
                plain.get("nll").size(),
                Path.of(args[1]).getFileName(),
                plain.get("tokens").asLong());
    }

    private static String between(String text, String name, String written) {
        String mark = "<!-- " + name + " -->\n";
        int at = text.indexOf(mark);
        int to = text.indexOf("<!-- end -->", at);
        if (at < 0 || to < 0) {
            throw new IllegalArgumentException("the page has no lines " + mark.strip() + " … <!-- end -->");
        }
        return text.substring(0, at + mark.length()) + written + "\n" + text.substring(to);
    }
}
