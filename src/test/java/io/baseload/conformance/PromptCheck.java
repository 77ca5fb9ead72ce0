package io.baseload.conformance;

import io.baseload.chat.template.ChatTemplate;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import io.baseload.testing.ReferenceTensors;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A real model against its reference, for each prompt: the rendered template and its ids, the last logits, the likeliest 20 at each position, greedy. */
record PromptCheck(JsonNode expected, ReferenceTensors values, int shards) {
    /** Of each prompt. */
    static final int CASES = 4;

    /** The order of sums alone moves the logits by less than this. */
    private static final double TOLERANCE = 2e-3;

    /** A greedy continuation may part where the reference's own margin is below this. */
    private static final double UNCERTAIN = 5e-3;

    private static final int CONTEXT = 512;
    private static final int TOP = 20;

    void run(Tally tally, Path file) {
        Tokenizer tokenizer = Tokenizers.of(file);
        try (var model = new LogitSource(file, CONTEXT, shards)) {
            for (JsonNode prompt : expected.get("prompts")) {
                String name = ConformanceJson.text(prompt, "name");
                tally.count(name + " ids", words(tokenizer, prompt));
                logits(tally, model, name, prompt);
                tally.count(name + " greedy", greedy(tally, model, prompt));
            }
        }
    }

    private static Optional<String> words(Tokenizer tokenizer, JsonNode prompt) {
        String rendered = prompt.has("messages") ? render(tokenizer, prompt) : ConformanceJson.text(prompt, "text");
        return rendered.equals(ConformanceJson.text(prompt, "rendered"))
                ? ConformanceJson.equal(tokenizer.encode(rendered), ConformanceJson.ints(prompt.get("ids")))
                : Optional.of("renders " + rendered);
    }

    private static String render(Tokenizer tokenizer, JsonNode prompt) {
        Map<String, Object> variables = new HashMap<>(ConformanceJson.map(prompt));
        variables.put("add_generation_prompt", true);
        return ChatTemplate.compile(tokenizer.chatTemplates().get(Vocabulary.DEFAULT_TEMPLATE))
                .render(variables, LocalDateTime.MIN);
    }

    private void logits(Tally tally, LogitSource model, String name, JsonNode prompt) {
        String key = ConformanceJson.text(prompt, "key");
        float[][] logits = model.logits(ConformanceJson.ints(prompt.get("ids")));
        float[] last = values.floats(key + ".last_logits");
        tally.count(name + " last logits", LogitComparison.close(tally, logits[logits.length - 1], last, TOLERANCE));
        tally.count(name + " top " + TOP, top(tally, key, logits));
    }

    private Optional<String> top(Tally tally, String key, float[][] logits) {
        int[] ids = values.ints(key + ".top20_ids");
        float[] reference = values.floats(key + ".top20_logits");
        float[] given = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            given[i] = logits[i / TOP][ids[i]];
        }
        return LogitComparison.close(tally, given, reference, TOLERANCE);
    }

    private static Optional<String> greedy(Tally tally, LogitSource model, JsonNode prompt) {
        int[] expected = ConformanceJson.ints(prompt.get("greedy_ids"));
        int[] given = model.greedy(ConformanceJson.ints(prompt.get("ids")), expected.length);
        for (int i = 0; i < expected.length; i++) {
            if (given[i] != expected[i]) {
                return parted(tally, i, given[i], prompt);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> parted(Tally tally, int step, int given, JsonNode prompt) {
        double margin = prompt.get("margins").get(step).asDouble();
        String where = "parts at token " + step + " with " + given + ", where the reference's margin is " + margin;
        if (margin < UNCERTAIN) {
            tally.remark(ConformanceJson.text(prompt, "name") + " " + where);
            return Optional.empty();
        }
        return Optional.of(where);
    }
}
