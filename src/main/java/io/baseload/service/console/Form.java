package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads the fields of submitted forms. */
final class Form {
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

    /** The entries of a list, which are separated by commas or spaces. */
    static List<String> list(String text) {
        return Stream.of(text.strip().split("[,\\s]+"))
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    /** @throws Api.Refused if it is not a whole number */
    static int whole(String name, String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new Api.Refused(400, "'" + name.replace('_', ' ') + "' must be a whole number.");
        }
    }
}
