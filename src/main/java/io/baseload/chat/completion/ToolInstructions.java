package io.baseload.chat.completion;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.format.CallSyntax;
import io.baseload.chat.template.JsonData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Describes the tools, and how to call them, to a model whose template doesn't support tools. */
final class ToolInstructions {
    private ToolInstructions() {}

    static String of(ToolSet tools, CallSyntax syntax) {
        String list = tools.shown().stream()
                .map(spec -> {
                    Map<String, @Nullable Object> members = new LinkedHashMap<>();
                    members.put("name", spec.name());
                    members.put("description", spec.description());
                    members.put("parameters", JsonData.parse(spec.parameters()));
                    return JsonData.write(members);
                })
                .collect(Collectors.joining("\n"));
        return "You can call these tools:\n<tools>\n" + list
                + "\n</tools>\nTo call one, answer with nothing but its name"
                + " and its arguments" + (syntax.parameters().isPresent() ? "" : " as a JSON object")
                + ", in this form:\n" + syntax.example();
    }
}
