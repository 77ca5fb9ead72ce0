package io.baseload.service.protocol;

import io.baseload.chat.api.OutputFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The format of an answer: {@code response_format} of the OpenAI API, and vLLM's {@code structured_outputs} and {@code guided_…}. At most one of them. */
public final class FormatFields {
    private static final String SCHEMA_NAME = "[a-zA-Z0-9_-]{1,64}";
    private static final int MAX_CHOICES = 1_000;
    private static final List<String> FORMS = List.of("json", "regex", "choice", "grammar");

    private FormatFields() {}

    public static OutputFormat read(Fields fields) {
        List<Named> asked = new ArrayList<>();
        fields.find("response_format").flatMap(FormatFields::responseFormat).ifPresent(asked::add);
        fields.find("structured_outputs").ifPresent(value -> structured(value.fields(), "", asked));
        structured(fields, "guided_", asked);
        if (asked.size() > 1) {
            throw Invalid.value(asked.get(1).path, "it is only allowed without '" + asked.get(0).path + "'.");
        }
        return asked.isEmpty() ? OutputFormat.text() : asked.getFirst().format;
    }

    private record Named(String path, OutputFormat format) {}

    private static Optional<Named> responseFormat(Value value) {
        Fields format = value.fields();
        return switch (format.require("type").oneOf(List.of("text", "json_object", "json_schema"))) {
            case "text" -> Optional.empty();
            case "json_object" ->
                Optional.of(format.find("schema")
                        .map(schema -> schema(schema, false, false))
                        .orElse(new Named(value.path(), new OutputFormat.JsonObject())));
            default -> Optional.of(namedSchema(format.require("json_schema").fields()));
        };
    }

    /** A schema with its name, and whether it is strict. */
    public static OutputFormat schema(Fields fields) {
        return namedSchema(fields).format;
    }

    /** A schema alone. */
    public static OutputFormat schema(Value schema) {
        return schema(schema, false, false).format;
    }

    private static Named namedSchema(Fields fields) {
        Value name = fields.require("name");
        if (!name.text().matches(SCHEMA_NAME)) {
            throw Invalid.value(name.path(), "expected 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.");
        }
        fields.find("description").ifPresent(Value::text);
        return schema(fields.require("schema"), fields.flag("strict", false), false);
    }

    private static Named schema(Value schema, boolean strict, boolean open) {
        if (!schema.node().isObject() && !schema.node().isBoolean()) {
            throw Invalid.type(schema.path(), "an object", schema.node());
        }
        return new Named(
                schema.path(),
                new OutputFormat.JsonSchema(schema.path(), schema.node().toString(), strict, open));
    }

    private static void structured(Fields fields, String prefix, List<Named> asked) {
        for (String name : List.of("structural_tag", "whitespace_pattern")) {
            fields.find(prefix + name).ifPresent(value -> {
                throw Invalid.unsupported(value.path(), "white space can't be chosen, and tags are not supported.");
            });
        }
        if (fields.flag(prefix + "json_object", false)) {
            asked.add(new Named(fields.path(prefix + "json_object"), new OutputFormat.JsonObject()));
        }
        boolean open = !fields.flag(prefix + "disable_additional_properties", true);
        for (String form : FORMS) {
            fields.find(prefix + form)
                    .map(value -> structured(form, value, open))
                    .ifPresent(asked::add);
        }
    }

    private static Named structured(String form, Value value, boolean open) {
        return switch (form) {
            case "json" ->
                value.node().isString()
                        ? new Named(
                                value.path(),
                                new OutputFormat.JsonSchema(value.path(), value.nonEmptyText(), false, open))
                        : schema(value, false, open);
            case "regex" -> new Named(value.path(), new OutputFormat.Regex(value.path(), value.nonEmptyText()));
            case "choice" -> {
                List<String> texts = value.items(1, MAX_CHOICES).stream()
                        .map(Value::nonEmptyText)
                        .toList();
                yield new Named(value.path(), new OutputFormat.Choice(value.path(), texts));
            }
            default -> new Named(value.path(), new OutputFormat.Grammar(value.path(), value.nonEmptyText()));
        };
    }
}
