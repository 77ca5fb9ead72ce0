package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.web.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.util.MultiValueMap;

/** The budgets of a tenant as rows of a form, with empty rows for new ones. The names of the fields are the API's. */
final class BudgetRows {
    private static final int NEW_ROWS = 2;
    private static final String PERIOD = "period";
    private static final String MODEL = "model";
    private static final List<String> LIMITS = List.of("tokens", "requests", "cost");
    private static final List<String> PERCENTAGES = List.of("soft_percent", "interactive_percent");

    private static final List<String> FIELDS = Stream.of(List.of(PERIOD, MODEL), LIMITS, PERCENTAGES)
            .flatMap(List::stream)
            .toList();

    private BudgetRows() {}

    /** @param tenant as in the API */
    static List<Map<String, Object>> of(Map<String, Object> tenant) {
        return Stream.concat(windows(tenant).stream(), Collections.nCopies(NEW_ROWS, Map.<String, Object>of()).stream())
                .toList();
    }

    /** The rows of a submitted form, as they were filled in. */
    static List<Map<String, Object>> typed(MultiValueMap<String, String> form) {
        var rows = new ArrayList<Map<String, Object>>();
        int count = form.getOrDefault(PERIOD, List.of()).size();
        for (int row = 0; row < count; row++) {
            Map<String, Object> typed = new TreeMap<>();
            for (String name : FIELDS) {
                typed.put(name, field(form, name, row));
            }
            rows.add(typed);
        }
        return rows;
    }

    /** The budgets as they are before the form is filled in, which other changes meanwhile must not undo: JSON. */
    static String text(Map<String, Object> tenant) {
        return new String(Json.bytes(windows(tenant)), StandardCharsets.UTF_8);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> windows(Map<String, Object> tenant) {
        return (List<Map<String, Object>>) tenant.getOrDefault("windows", List.of());
    }

    /**
     * The budgets in a submitted form, as in the API. A row without a limit is none.
     *
     * @throws Api.Refused if a field is not a number
     */
    static List<Map<String, Object>> read(MultiValueMap<String, String> form) {
        var windows = new ArrayList<Map<String, Object>>();
        int rows = form.getOrDefault(PERIOD, List.of()).size();
        for (int row = 0; row < rows; row++) {
            Map<String, Object> window = window(form, row);
            if (LIMITS.stream().anyMatch(window::containsKey)) {
                windows.add(window);
            }
        }
        return windows;
    }

    private static Map<String, Object> window(MultiValueMap<String, String> form, int row) {
        Map<String, Object> window = new TreeMap<>();
        window.put(PERIOD, field(form, PERIOD, row));
        String model = field(form, MODEL, row);
        if (!model.isEmpty()) {
            window.put(MODEL, model);
        }
        Stream.concat(LIMITS.stream(), PERCENTAGES.stream()).forEach(name -> {
            String text = field(form, name, row);
            if (!text.isEmpty()) {
                window.put(name, number(name, row, text));
            }
        });
        return window;
    }

    private static String field(MultiValueMap<String, String> form, String name, int row) {
        List<String> column = form.getOrDefault(name, List.of());
        return row < column.size() ? column.get(row).strip() : "";
    }

    private static BigDecimal number(String name, int row, String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new Api.Refused(
                    400, "In row " + (row + 1) + " of the limits, '" + name.replace('_', ' ') + "' must be a number.");
        }
    }
}
