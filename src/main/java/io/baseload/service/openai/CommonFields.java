package io.baseload.service.openai;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.service.inference.EndUser;
import io.baseload.service.inference.InferenceRequest;
import java.util.List;
import java.util.Optional;

/** Fields that chat and completions share, beside sampling: who answers, how it is delivered, and what has no effect here but must be well formed. */
final class CommonFields {
    private static final int METADATA_PAIRS = 16;
    private static final List<String> EFFORTS = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    private static final String BATCH_TIER = "flex";

    private CommonFields() {}

    static String model(Fields fields) {
        Value value = fields.require("model");
        String model = value.nonEmptyText();
        if (model.length() > Limits.MODEL_NAME || model.chars().anyMatch(Character::isISOControl)) {
            throw Invalid.value(value.path(), "expected at most 256 characters, none of them a control character.");
        }
        return model;
    }

    /** With what the two routes read alike. */
    static ParsedRequest parsed(Fields fields, String model, CompletionRequest completion) {
        var request = new InferenceRequest(
                model, completion, urgency(fields), cacheSalt(fields), endUser(fields), Optional.empty());
        return new ParsedRequest(request, delivery(fields));
    }

    /** The tier {@code flex} is for what nobody waits for; others mean nothing here. */
    private static Urgency urgency(Fields fields) {
        boolean batch = fields.find("service_tier").map(Value::text).equals(Optional.of(BATCH_TIER));
        return batch ? Urgency.BATCH : Urgency.INTERACTIVE;
    }

    static int choices(Fields fields) {
        return fields.integer("n", 1, Limits.CHOICES, 1);
    }

    private static String cacheSalt(Fields fields) {
        var salt = fields.find("cache_salt").map(Value::nonEmptyText).orElse("");
        if (salt.length() > Limits.CACHE_SALT) {
            throw Invalid.value("cache_salt", "expected at most " + Limits.CACHE_SALT + " characters.");
        }
        return salt;
    }

    /** Stands in the audit trail as it is. */
    private static EndUser endUser(Fields fields) {
        return new EndUser(endUser(fields, "user"), endUser(fields, "safety_identifier"));
    }

    private static Optional<String> endUser(Fields fields, String name) {
        Optional<String> value = fields.find(name).map(Value::text);
        value.filter(text -> text.length() > Limits.END_USER || text.chars().anyMatch(Character::isISOControl))
                .ifPresent(text -> {
                    throw Invalid.value(
                            name,
                            "expected at most " + Limits.END_USER + " characters, none of them a control character.");
                });
        return value;
    }

    private static ParsedRequest.Delivery delivery(Fields fields) {
        boolean streaming = fields.flag("stream", false);
        var options = fields.find("stream_options");
        if (options.isEmpty()) {
            return new ParsedRequest.Delivery(streaming, false);
        }
        Fields inner = options.get().fields();
        inner.flag("include_obfuscation", false);
        boolean usage = inner.flag("include_usage", false);
        if (!streaming) {
            throw Invalid.value("stream_options", "it is only allowed where 'stream' is true.");
        }
        return new ParsedRequest.Delivery(true, usage);
    }

    static void checkIgnored(Fields fields) {
        for (String name : List.of("prompt_cache_key", "verbosity")) {
            fields.find(name).ifPresent(Value::text);
        }
        fields.flag("store", false);
        fields.find("prediction").ifPresent(Value::fields);
        fields.find("reasoning_effort").ifPresent(value -> value.oneOf(EFFORTS));
        fields.find("metadata").ifPresent(CommonFields::checkMetadata);
    }

    private static void checkMetadata(Value value) {
        Fields pairs = value.fields();
        if (pairs.names().size() > METADATA_PAIRS) {
            throw Invalid.value(value.path(), "expected at most " + METADATA_PAIRS + " pairs.");
        }
        pairs.names().forEach(name -> pairs.require(name).text());
    }
}
