package io.baseload.service.openai;

import io.baseload.chat.api.Input;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.List;

/** The prompt of a completion: a text, several texts, token ids, or several arrays of these. */
final class PromptFields {
    private static final String FORMS = "a string, an array of strings, an array of token ids, or an array of these";

    private PromptFields() {}

    static Input read(Fields fields) {
        Value prompt = fields.require("prompt");
        boolean parseSpecial = fields.flag("parse_special", true);
        boolean addSpecial = fields.flag("add_special_tokens", true);
        if (prompt.node().isString()) {
            return new Input.Texts(List.of(prompt.nonEmptyText()), parseSpecial, addSpecial);
        }
        if (!prompt.node().isArray()) {
            throw Invalid.type(prompt.path(), FORMS, prompt.node());
        }
        Value first = prompt.items(1, Integer.MAX_VALUE).getFirst();
        if (first.node().isNumber()) {
            return new Input.Tokens(List.of(ids(prompt, 1)));
        }
        List<Value> prompts = prompt.items(1, Limits.MAX_ANSWERS);
        return first.node().isArray()
                ? new Input.Tokens(prompts.stream().map(ids -> ids(ids, 1)).toList())
                : new Input.Texts(prompts.stream().map(Value::nonEmptyText).toList(), parseSpecial, addSpecial);
    }

    static int[] ids(Value array, int min) {
        return array.items(min, Integer.MAX_VALUE).stream()
                .mapToInt(id -> id.integer(0, Integer.MAX_VALUE))
                .toArray();
    }
}
