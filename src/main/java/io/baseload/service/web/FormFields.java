package io.baseload.service.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.MediaType;

/** The fields of a form in a body. */
final class FormFields {
    private static final int MAX_COUNT = 1_000;

    private FormFields() {}

    static boolean areIn(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null
                && type.strip().toLowerCase(Locale.ROOT).startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE);
    }

    /**
     * The parameters of a query, followed by the fields of a form.
     *
     * @throws ApiException 400 if it isn't a form, or has more than a thousand fields
     */
    static Map<String, String[]> after(Map<String, String[]> query, String form) {
        Map<String, String[]> all = new LinkedHashMap<>(query);
        int count = 0;
        for (int from = 0; from < form.length(); ) {
            int end = form.indexOf('&', from);
            String field = form.substring(from, end < 0 ? form.length() : end);
            from += field.length() + 1;
            if (!field.isEmpty()) {
                if (++count > MAX_COUNT) {
                    throw ApiException.invalid(null, null, "A form has at most " + MAX_COUNT + " fields.");
                }
                add(all, field);
            }
        }
        return Collections.unmodifiableMap(all);
    }

    private static void add(Map<String, String[]> all, String field) {
        int equals = field.indexOf('=');
        String name = decoded(equals < 0 ? field : field.substring(0, equals));
        String[] value = {equals < 0 ? "" : decoded(field.substring(equals + 1))};
        all.merge(name, value, FormFields::joined);
    }

    private static String[] joined(String[] some, String[] more) {
        String[] both = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, both, some.length, more.length);
        return both;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.invalid(null, null, "The body is not a valid form.");
        }
    }
}
