package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A backend as fields of a form. The names of the fields are the API's; the models are lines, each with an id and, if it differs, the backend's own name. */
final class BackendFields {
    private static final String MODELS = "models";
    private static final String VARIABLES = "template_variables";
    private static final String KEY = "api_key";
    private static final List<String> KEY_SOURCES = List.of("api_key_env", "api_key_file", KEY);
    private static final String[] TEXTS = {"base_url", "max_tokens_field"};
    private static final String[] NUMBERS = {"timeout_ms", "idle_timeout_ms", "max_concurrent"};

    private BackendFields() {}

    /** @param backend in the API */
    static Map<String, String> of(Map<String, Object> backend) {
        Map<String, String> fields = new TreeMap<>();
        Stream.of(Stream.of(TEXTS), Stream.of(NUMBERS), KEY_SOURCES.stream())
                .flatMap(names -> names)
                .filter(name -> backend.get(name) != null)
                .forEach(name -> fields.put(name, String.valueOf(backend.get(name))));
        fields.put(MODELS, backend.get(MODELS) instanceof List<?> offers ? lines(offers) : "");
        if (Boolean.TRUE.equals(backend.get(VARIABLES))) {
            fields.put(VARIABLES, "true");
        }
        return fields;
    }

    private static String lines(List<?> offers) {
        return offers.stream()
                .flatMap(offer -> offer instanceof Map<?, ?> model ? Stream.of(line(model)) : Stream.empty())
                .collect(Collectors.joining("\n"));
    }

    private static String line(Map<?, ?> model) {
        String id = String.valueOf(model.get("id"));
        String upstream = String.valueOf(model.get("upstream"));
        return id.equals(upstream) ? id : id + " " + upstream;
    }

    /**
     * A new backend, as in the API. A number that is not filled in gets its default.
     *
     * @throws Api.Refused if a field can't be read
     */
    static Map<String, Object> created(Map<String, String> form) {
        Map<String, Object> body = read(form);
        body.putAll(Form.filled(form, "name"));
        KEY_SOURCES.forEach(source -> body.remove(source, ""));
        return body;
    }

    /**
     * The changed members, as in the API. Another source of the key replaces the present one.
     *
     * @param form with the present backend as it was shown
     * @throws Api.Refused if a field can't be read, or a number is missing: absent members stay unchanged
     */
    static Map<String, Object> changed(Map<String, String> form) {
        Stream.of(NUMBERS).forEach(name -> Form.whole(name, form.getOrDefault(name, "")));
        Map<String, Object> body = Form.changes(read(form), form.get(Form.EXPECTED));
        if (form.containsKey("remove_key")) {
            body.put(KEY, "");
        }
        if (KEY_SOURCES.stream().anyMatch(source -> !"".equals(body.getOrDefault(source, "")))) {
            KEY_SOURCES.forEach(source -> body.remove(source, ""));
        }
        return body;
    }

    /** The backend as its form sends it without a change. */
    static String expected(Map<String, Object> backend) {
        return Form.text(read(of(backend)));
    }

    private static Map<String, Object> read(Map<String, String> form) {
        Map<String, Object> body = Form.filled(form, TEXTS);
        body.putAll(Form.numbers(form, NUMBERS));
        KEY_SOURCES.forEach(
                source -> body.put(source, form.getOrDefault(source, "").strip()));
        body.put(VARIABLES, form.containsKey(VARIABLES));
        body.put(
                MODELS,
                form.getOrDefault(MODELS, "")
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .map(BackendFields::offer)
                        .toList());
        return body;
    }

    private static Map<String, Object> offer(String line) {
        String[] names = line.split("\\s+", 2);
        return new TreeMap<>(Map.of("id", names[0], "upstream", names[names.length - 1]));
    }

    /** The fields as they were filled in, to be shown again: without the key. */
    static Map<String, String> typed(Map<String, String> form) {
        Map<String, String> typed = new TreeMap<>(form);
        typed.remove(KEY);
        return typed;
    }
}
