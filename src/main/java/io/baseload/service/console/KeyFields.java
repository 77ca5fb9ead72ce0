package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import tools.jackson.databind.node.NullNode;

/** The rights of a key as fields of a form. The names of the fields are the API's, but {@code expires} is the key's last day. */
final class KeyFields {
    private static final String ROLES = "roles";
    private static final List<String> LISTS = List.of("models", "addresses");
    private static final String RATE = "requests_per_minute";
    private static final String PRIORITY = "priority";
    private static final String END = "expires_at";
    private static final String LAST_DAY = "expires";

    private KeyFields() {}

    /** @param key in the API */
    static Map<String, Object> of(Map<String, Object> key) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put(ROLES, strings(key, ROLES));
        LISTS.forEach(name -> fields.put(name, String.join(", ", strings(key, name))));
        fields.put(PRIORITY, String.valueOf(key.get(PRIORITY)));
        fields.put(RATE, key.get(RATE) == null ? "" : String.valueOf(key.get(RATE)));
        fields.put(LAST_DAY, key.get(END) == null ? "" : Form.dayOf(String.valueOf(key.get(END))));
        return fields;
    }

    /**
     * The rights of a key as its form sends them without a change.
     *
     * @param key in the API
     */
    static String expected(Map<String, Object> key) {
        var form = new LinkedMultiValueMap<String, String>();
        of(key).forEach((name, value) -> form.add(name, String.valueOf(value)));
        form.put(ROLES, strings(key, ROLES));
        return Form.text(read(form));
    }

    /**
     * The rights in a submitted form, as in the API.
     *
     * @throws Api.Refused if a field can't be read
     */
    static Map<String, Object> read(MultiValueMap<String, String> form) {
        Map<String, String> fields = form.toSingleValueMap();
        Map<String, Object> body = Form.filled(fields, PRIORITY);
        body.put(ROLES, form.getOrDefault(ROLES, List.of()).stream().sorted().toList());
        LISTS.forEach(name -> body.put(
                name, Form.list(fields.get(name)).stream().distinct().sorted().toList()));
        body.put(RATE, NullNode.getInstance());
        body.putAll(Form.numbers(fields, RATE));
        String day = fields.getOrDefault(LAST_DAY, "");
        body.put(END, day.isBlank() ? NullNode.getInstance() : end(day));
        return body;
    }

    /** The end of a key's last day. */
    static String end(String day) {
        return Form.time("last day", day, 1);
    }

    private static List<String> strings(Map<String, Object> object, String name) {
        return object.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
