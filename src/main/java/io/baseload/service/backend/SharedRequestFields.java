package io.baseload.service.backend;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.OutputFormat;
import io.baseload.engine.api.SamplingOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.util.RawValue;

/**
 * The fields that chats and completions share in requests to a backend, as most engines know them. Fields that request what every engine does anyway are omitted, because some engines
 * refuse unknown fields; fields that have an effect are always included.
 */
final class SharedRequestFields {
    private SharedRequestFields() {}

    static Map<String, Object> of(String model, CompletionRequest request) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        if (request.choices() > 1) {
            body.put("n", request.choices());
        }
        if (!request.stop().isEmpty()) {
            body.put("stop", request.stop());
        }
        addSampling(request.sampling(), body);
        addFormat(request.format(), body);
        return body;
    }

    /** Temperature and top-p are always sent, because engines have different defaults. */
    private static void addSampling(SamplingOptions sampling, Map<String, Object> body) {
        SamplingOptions usual = SamplingOptions.defaults();
        body.put("temperature", sampling.temperature());
        body.put("top_p", sampling.topP());
        add(body, "top_k", sampling.topK(), usual.topK());
        add(body, "min_p", sampling.minP(), usual.minP());
        add(body, "presence_penalty", sampling.presencePenalty(), usual.presencePenalty());
        add(body, "frequency_penalty", sampling.frequencyPenalty(), usual.frequencyPenalty());
        sampling.seed().ifPresent(seed -> body.put("seed", seed));
        add(body, "logit_bias", sampling.logitBias(), usual.logitBias());
    }

    private static void add(Map<String, Object> body, String name, Object value, Object usual) {
        if (!value.equals(usual)) {
            body.put(name, value);
        }
    }

    /** Formats that OpenAI's API can't express are sent in vLLM's fields. */
    private static void addFormat(OutputFormat format, Map<String, Object> body) {
        switch (format) {
            case OutputFormat.Text text -> {}
            case OutputFormat.JsonObject object -> body.put("response_format", Map.of("type", "json_object"));
            case OutputFormat.JsonSchema schema
            when schema.open() ->
                body.put(
                        "structured_outputs",
                        Map.of("json", new RawValue(schema.schema()), "disable_additional_properties", false));
            case OutputFormat.JsonSchema schema -> {
                Map<String, Object> named = new LinkedHashMap<>();
                named.put("name", "answer");
                named.put("schema", new RawValue(schema.schema()));
                named.put("strict", schema.strict());
                body.put("response_format", Map.of("type", "json_schema", "json_schema", named));
            }
            case OutputFormat.Regex regex -> body.put("structured_outputs", Map.of("regex", regex.expression()));
            case OutputFormat.Choice choice -> body.put("structured_outputs", Map.of("choice", choice.texts()));
            case OutputFormat.Grammar grammar -> body.put("structured_outputs", Map.of("grammar", grammar.gbnf()));
        }
    }
}
