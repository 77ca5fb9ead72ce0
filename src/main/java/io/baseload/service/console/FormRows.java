package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.util.MultiValueMap;

/**
 * The rows of a form, whose fields are named as in the API.
 *
 * @param of their name in messages
 * @param fields each is in every row
 */
record FormRows(String of, List<String> fields) {

    /** The rows as they were filled in. */
    List<Map<String, Object>> typed(MultiValueMap<String, String> form) {
        var rows = new ArrayList<Map<String, Object>>();
        for (int row = 0; row < count(form); row++) {
            Map<String, Object> typed = new TreeMap<>();
            for (String name : fields) {
                typed.put(name, text(form, name, row));
            }
            rows.add(typed);
        }
        return rows;
    }

    int count(MultiValueMap<String, String> form) {
        return form.getOrDefault(fields.getFirst(), List.of()).size();
    }

    String text(MultiValueMap<String, String> form, String name, int row) {
        List<String> column = form.getOrDefault(name, List.of());
        return row < column.size() ? column.get(row).strip() : "";
    }

    /**
     * Those of the fields that were filled in.
     *
     * @throws Api.Refused if one is not a number
     */
    Map<String, Object> numbers(MultiValueMap<String, String> form, List<String> names, int row) {
        Map<String, Object> numbers = new TreeMap<>();
        for (String name : names) {
            String text = text(form, name, row);
            if (!text.isEmpty()) {
                numbers.put(name, number(name, row, text));
            }
        }
        return numbers;
    }

    private BigDecimal number(String name, int row, String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new Api.Refused(
                    400,
                    "In row " + (row + 1) + " of the " + of + ", '" + name.replace('_', ' ') + "' must be a number.");
        }
    }
}
