package io.baseload.chat.template;

import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.PythonValues;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A compiled chat template. Immutable; thread-safe. */
public final class ChatTemplate {
    private final List<Node> nodes;

    private ChatTemplate(List<Node> nodes) {
        this.nodes = nodes;
    }

    /** @throws TemplateSyntaxException if the source is not a template, or uses an unsupported feature */
    public static ChatTemplate compile(String source) {
        return new ChatTemplate(Parser.parse(source));
    }

    /**
     * Renders within limits of time, memory and depth that grow with the variables.
     *
     * @param variables text, numbers, booleans, null, and lists and maps of these
     * @param now the time for {@code strftime_now}
     * @throws TemplateException if the template refuses the variables, can't use them, or exceeds its limits
     */
    public String render(Map<String, ?> variables, LocalDateTime now) {
        PythonValues values = new PythonValues();
        Map<String, PythonValue> given = new HashMap<>();
        variables.forEach((name, value) -> given.put(name, values.copy(value)));
        Rendering rendering = new Rendering(now, values.budget());
        Map<String, PythonValue> names = new HashMap<>(Globals.of(rendering));
        names.putAll(given);
        return new Interpreter(rendering).render(nodes, Scope.outermost(names));
    }
}
