package io.baseload.chat.format;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.template.JsonData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of arguments that aren't a JSON object: {@code parameter (between parameter)*}, where a parameter is {@code beforeName NAME beforeValue VALUE
 * afterValue}. A line end at the end of {@code beforeValue}, and one at the beginning of {@code afterValue}, don't belong to the value.
 *
 * @param openText the mark before texts; may be empty
 * @param closeText the mark after them, which they can't contain
 */
record ParameterSyntax(
        Values values,
        String beforeName,
        String beforeValue,
        String afterValue,
        String between,
        String openText,
        String closeText) {

    enum Values {
        /** Texts verbatim, other values as JSON; {@code afterValue} ends them. */
        TEXTS("<>\""),
        /** Python literals. If there is an {@code openText}, texts between it and {@code closeText} are verbatim. */
        LITERALS(" <>\"'=:,(){}[]");

        private final String excluded;

        /** @param excluded characters that names can't contain, in addition to controls */
        Values(String excluded) {
            this.excluded = excluded;
        }

        CodePoints nameCharacters() {
            return CodePoints.range(' ', Character.MAX_CODE_POINT).without(CodePoints.of(excluded));
        }

        /** A regular expression for a character of a name. */
        String nameCharacter() {
            return "[^\\x00-\\x1f\\Q" + excluded + "\\E]";
        }
    }

    /** Values between marks. */
    static Builder texts() {
        return new Builder(Values.TEXTS);
    }

    static Builder literals() {
        return new Builder(Values.LITERALS);
    }

    /** Whether a value is on separate lines. */
    boolean onLines() {
        return beforeValue.endsWith("\n");
    }

    /** Whether texts must be between marks. */
    boolean hasQuotes() {
        return values == Values.LITERALS && !openText.isEmpty();
    }

    /** Writes arguments that are a JSON object; others are returned unchanged. */
    String write(String arguments) {
        if (!(parsed(arguments) instanceof Map<?, ?> members)) {
            return arguments;
        }
        List<String> parameters = new ArrayList<>();
        members.forEach((name, value) -> parameters.add(beforeName + name + beforeValue + written(value) + afterValue));
        return String.join(between, parameters);
    }

    private static @Nullable Object parsed(String arguments) {
        try {
            return JsonData.parse(arguments);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private String written(@Nullable Object value) {
        if (value instanceof String text && values == Values.TEXTS) {
            boolean plain = openText.isEmpty() || text.chars().noneMatch(c -> "<&\n".indexOf(c) >= 0);
            return plain ? text : openText + text + closeText;
        }
        if (value instanceof String text && hasQuotes()) {
            return openText + text + closeText;
        }
        return values == Values.LITERALS && openText.isEmpty() ? python(value) : JsonData.write(value);
    }

    private static String python(@Nullable Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean b -> b ? "True" : "False";
            case List<?> items ->
                items.stream().map(ParameterSyntax::python).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> members ->
                members.entrySet().stream()
                        .map(member -> python(member.getKey()) + ": " + python(member.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> JsonData.write(value);
        };
    }

    static final class Builder {
        private final Values values;
        private String beforeName = "";
        private String beforeValue = "";
        private String afterValue = "";
        private String between = "";
        private String openText = "";
        private String closeText = "";

        private Builder(Values values) {
            this.values = values;
        }

        Builder beforeName(String text) {
            beforeName = text;
            return this;
        }

        Builder beforeValue(String text) {
            beforeValue = text;
            return this;
        }

        Builder afterValue(String text) {
            afterValue = text;
            return this;
        }

        Builder between(String text) {
            between = text;
            return this;
        }

        Builder textMarks(String open, String close) {
            openText = open;
            closeText = close;
            return this;
        }

        ParameterSyntax build() {
            return new ParameterSyntax(values, beforeName, beforeValue, afterValue, between, openText, closeText);
        }
    }
}
