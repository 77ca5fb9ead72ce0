package io.baseload.chat.api;

import java.util.List;
import java.util.Set;

/**
 * The tools of a request.
 *
 * @param tools names are unique
 * @param parallel whether one answer may have several calls
 */
public record ToolSet(List<ToolSpec> tools, ToolChoice choice, boolean parallel) {
    /** No tools. */
    public static final ToolSet EMPTY = new ToolSet(List.of(), ToolChoice.Mode.NONE, true);

    /** Tools that the model may call as it decides. */
    public static ToolSet auto(List<ToolSpec> tools) {
        return new ToolSet(tools, ToolChoice.Mode.AUTO, true);
    }

    /** Whether the model may call any of the tools, and therefore sees them. */
    public boolean offered() {
        return !tools.isEmpty() && choice != ToolChoice.Mode.NONE;
    }

    /** Whether the answer must be a call. */
    public boolean forced() {
        return offered()
                && switch (choice) {
                    case ToolChoice.Mode mode -> mode == ToolChoice.Mode.REQUIRED;
                    case ToolChoice.Named named -> true;
                    case ToolChoice.Allowed allowed -> allowed.required();
                };
    }

    /** Whether all calls must match their tool's schema, whoever decides that it is called. */
    public boolean strict() {
        return callable().stream().anyMatch(ToolSpec::strict);
    }

    /** The tools that the model sees, if it sees any. */
    public List<ToolSpec> shown() {
        return choice instanceof ToolChoice.Allowed ? callable() : tools;
    }

    /** The tools that may be called. */
    public List<ToolSpec> callable() {
        return switch (choice) {
            case ToolChoice.Mode mode -> mode == ToolChoice.Mode.NONE ? List.of() : tools;
            case ToolChoice.Named named -> named(Set.of(named.name()));
            case ToolChoice.Allowed allowed -> named(allowed.names());
        };
    }

    private List<ToolSpec> named(Set<String> names) {
        return tools.stream().filter(tool -> names.contains(tool.name())).toList();
    }
}
