package io.baseload.tools;

import io.baseload.cli.CommandRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Plans the bundled model on this machine, then benches it, in two formats, and prints bench ÷ plan. Not a test: it wants a machine that does nothing else. */
public final class PlanAgainstBench {
    private static final int PROMPT = 256;
    private static final int DECODE = 64;

    private PlanAgainstBench() {}

    /** @param args flags of both commands, such as {@code --threads 1} */
    public static void main(String[] args) {
        for (String format : List.of("q4", "q8")) {
            JsonNode plan = run(
                    args, "plan", "--format", format, "--prompt", "" + PROMPT, "--context", "" + (PROMPT + DECODE / 2));
            JsonNode bench = run(args, "bench", "--quantize", format, "--prompt", "" + PROMPT, "--decode", "" + DECODE)
                    .at("/runs/0");
            print(format, "decode", plan.get("decode_tokens_per_second"), bench.at("/decodeTps/max"));
            print(format, "prefill", plan.get("prefill_tokens_per_second"), bench.at("/prefillTps/max"));
        }
    }

    private static JsonNode run(String[] more, String... command) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(more));
        args.add("--json");
        return CommandRun.of(args.toArray(String[]::new)).json();
    }

    private static void print(String format, String what, JsonNode planned, JsonNode measured) {
        System.out.printf(
                Locale.ROOT,
                "%s %s: planned %.1f, bench %.1f tokens/s, bench / plan %.2f%n",
                format,
                what,
                planned.asDouble(),
                measured.asDouble(),
                measured.asDouble() / planned.asDouble());
    }
}
