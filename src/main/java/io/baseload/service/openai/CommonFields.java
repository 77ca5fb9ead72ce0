package io.baseload.service.openai;

import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.Value;
import java.util.List;

/** Fields shared by chats and completions, besides sampling: delivery of the answer, and fields that have no effect here but must be well formed. */
final class CommonFields {
    private CommonFields() {}

    static int choices(Fields fields) {
        return fields.integer("n", 1, Limits.MAX_CHOICES, 1);
    }

    static boolean streaming(Fields fields) {
        return fields.flag("stream", false);
    }

    /** Whether a stream ends with a chunk that has the usage. */
    static boolean usage(Fields fields) {
        var options = fields.find("stream_options").map(Value::fields);
        options.ifPresent(inner -> inner.flag("include_obfuscation", false));
        boolean usage = options.map(inner -> inner.flag("include_usage", false)).orElse(false);
        if (options.isPresent() && !streaming(fields)) {
            throw Invalid.value("stream_options", "it is only allowed where 'stream' is true.");
        }
        return usage;
    }

    static void checkIgnored(Fields fields) {
        for (String name : List.of("prompt_cache_key", "verbosity")) {
            fields.find(name).ifPresent(Value::text);
        }
        fields.flag("store", false);
        fields.find("prediction").ifPresent(Value::fields);
        fields.find("reasoning_effort").ifPresent(RequestFields::effort);
        fields.find("metadata").ifPresent(RequestFields::checkMetadata);
    }
}
