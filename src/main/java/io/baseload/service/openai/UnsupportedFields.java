package io.baseload.service.openai;

import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.List;

/** Fields of a chat that would change the answer but are not supported: refused by name, never ignored. Empty values are accepted. */
final class UnsupportedFields {
    private static final String OLD = "use 'tools' and 'tool_choice'.";

    private UnsupportedFields() {}

    static void check(Fields fields) {
        fields.find("functions").ifPresent(UnsupportedFields::checkEmpty);
        fields.find("function_call").ifPresent(UnsupportedFields::checkNone);
        fields.find("modalities").ifPresent(UnsupportedFields::checkModalities);
        for (String name : List.of("audio", "web_search_options", "moderation")) {
            fields.find(name).ifPresent(value -> {
                throw Invalid.unsupported(value.path(), "this service answers in text from the model alone.");
            });
        }
    }

    private static void checkEmpty(Value tools) {
        if (!tools.items().isEmpty()) {
            throw Invalid.unsupported(tools.path(), OLD);
        }
    }

    private static void checkNone(Value choice) {
        if (!choice.node().isString() && !choice.node().isObject()) {
            throw Invalid.type(choice.path(), "a string or an object", choice.node());
        }
        if (choice.node().isObject() || !choice.text().equals("none")) {
            throw Invalid.unsupported(choice.path(), OLD);
        }
    }

    private static void checkModalities(Value modalities) {
        for (Value modality : modalities.items(1, Integer.MAX_VALUE)) {
            if (!modality.text().equals("text")) {
                throw Invalid.unsupported(modalities.path(), "this service answers in text only.");
            }
        }
    }
}
