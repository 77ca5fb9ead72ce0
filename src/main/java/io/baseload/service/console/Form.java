package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the fields of submitted forms. */
final class Form {
    /** The hidden field with the object that the form showed. */
    static final String EXPECTED = "expected";

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private Form() {}

    /** The fields that were filled in. */
    static Map<String, Object> filled(Map<String, String> form, String... names) {
        Map<String, Object> body = new TreeMap<>();
        for (String name : names) {
            String value = form.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                body.put(name, value);
            }
        }
        return body;
    }

    /**
     * The numbers that were filled in.
     *
     * @throws Api.Refused if one is not a whole number
     */
    static Map<String, Object> numbers(Map<String, String> form, String... names) {
        Map<String, Object> numbers = new TreeMap<>();
        filled(form, names).forEach((name, value) -> numbers.put(name, whole(name, value.toString())));
        return numbers;
    }

    /**
     * The numbers that were filled in.
     *
     * @throws Api.Refused if one is not a number
     */
    static Map<String, Object> decimals(Map<String, String> form, String... names) {
        Map<String, Object> numbers = new TreeMap<>();
        filled(form, names).forEach((name, value) -> {
            try {
                numbers.put(name, new BigDecimal(value.toString()));
            } catch (NumberFormatException e) {
                throw new Api.Refused(400, "'" + name.replace('_', ' ') + "' must be a number.");
            }
        });
        return numbers;
    }

    /** The entries of a list, which are separated by commas or spaces. */
    static List<String> list(@Nullable String text) {
        return text == null
                ? List.of()
                : Stream.of(text.strip().split("[,\\s]+"))
                        .filter(entry -> !entry.isEmpty())
                        .toList();
    }

    /** The fields as they were filled in, to be shown again. */
    static Map<String, Object> typed(MultiValueMap<String, String> form) {
        Map<String, Object> typed = new TreeMap<>(form.toSingleValueMap());
        typed.put("roles", form.getOrDefault("roles", List.of()));
        return typed;
    }

    /** @throws Api.Refused if it is not a whole number */
    static int whole(String name, String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new Api.Refused(400, "'" + name.replace('_', ' ') + "' must be a whole number.");
        }
    }

    /**
     * The start of a day in UTC, or of one after it.
     *
     * @param what the field in words
     * @throws Api.Refused if it is not a date
     */
    static String time(String what, String day, int daysLater) {
        try {
            return LocalDate.parse(day.strip()).plusDays(daysLater) + "T00:00:00Z";
        } catch (DateTimeException e) {
            throw new Api.Refused(400, "The " + what + " must be a date such as 2030-12-31.");
        }
    }

    /** The day in UTC that ends at a time, or in which it lies. */
    static String dayOf(String end) {
        return Instant.parse(end)
                .minusNanos(1)
                .atZone(ZoneOffset.UTC)
                .toLocalDate()
                .toString();
    }

    /** A value as JSON, for a hidden field. */
    static String text(Object value) {
        return new String(Json.bytes(value), StandardCharsets.UTF_8);
    }

    /**
     * The JSON of a field.
     *
     * @throws Api.Refused if it is none
     */
    static JsonNode json(@Nullable String text) {
        try {
            return Json.parse(String.valueOf(text).getBytes(StandardCharsets.UTF_8));
        } catch (ApiException e) {
            throw Api.Refused.of(e);
        }
    }

    /** The objects in a field's list; anything else in it is left out. */
    static List<Map<String, Object>> objects(String text) {
        return json(text)
                .valueStream()
                .filter(JsonNode::isObject)
                .map(node -> MAPPER.convertValue(node, OBJECT))
                .toList();
    }

    /**
     * The members that differ from those that the form showed: a change of one field doesn't undo what somebody else has changed in others meanwhile.
     *
     * @param body the whole object in the form
     * @param expected the same as JSON, before the form was filled in
     */
    static Map<String, Object> changes(Map<String, Object> body, @Nullable String expected) {
        JsonNode before = json(expected);
        JsonNode after = json(text(body));
        Map<String, Object> changes = new TreeMap<>(body);
        changes.keySet().removeIf(name -> after.path(name).equals(before.path(name)));
        return changes;
    }
}
