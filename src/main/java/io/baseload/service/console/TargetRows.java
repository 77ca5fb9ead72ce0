package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.util.MultiValueMap;

/** The models behind a name as rows of a form, with empty rows for new ones. The names of the fields are the API's, but a model of a backend is one field with it. */
final class TargetRows {
    /** As many as a name may have. */
    private static final int MAX_ROWS = 16;

    private static final int NEW_ROWS = 2;
    private static final String MODEL = "model";
    private static final List<String> NUMBERS = List.of("order", "weight", "min_prompt_tokens", "max_prompt_tokens");
    private static final FormRows ROWS = new FormRows(
            "models", Stream.concat(Stream.of(MODEL), NUMBERS.stream()).toList());

    private TargetRows() {}

    /** @param targets as in the API */
    static List<Map<String, Object>> of(List<? extends Map<?, ?>> targets) {
        var rows = new ArrayList<Map<String, Object>>();
        for (Map<?, ?> target : targets) {
            Map<String, Object> row = new TreeMap<>();
            row.put(MODEL, AliasState.model(target));
            for (String name : NUMBERS) {
                if (target.get(name) instanceof Number number) {
                    row.put(name, number);
                }
            }
            rows.add(row);
        }
        return extended(rows);
    }

    /** With further empty rows. */
    static List<Map<String, Object>> extended(List<Map<String, Object>> rows) {
        int added = Math.clamp(MAX_ROWS - rows.size(), 0, NEW_ROWS);
        return Stream.concat(rows.stream(), Collections.nCopies(added, Map.<String, Object>of()).stream())
                .toList();
    }

    /** The rows of a submitted form, as they were filled in. */
    static List<Map<String, Object>> typed(MultiValueMap<String, String> form) {
        return ROWS.typed(form);
    }

    /**
     * The targets in a submitted form, as in the API. A row that is empty is none.
     *
     * @throws Api.Refused if a field is not a number, or a row names no model
     */
    static List<Map<String, Object>> read(MultiValueMap<String, String> form) {
        var targets = new ArrayList<Map<String, Object>>();
        for (int row = 0; row < ROWS.count(form); row++) {
            Map<String, Object> numbers = ROWS.numbers(form, NUMBERS, row);
            String model = ROWS.text(form, MODEL, row);
            if (!model.isEmpty()) {
                Map<String, Object> target = AliasState.target(model);
                target.putAll(numbers);
                targets.add(target);
            } else if (!numbers.isEmpty()) {
                throw new Api.Refused(400, "Row " + (row + 1) + " of the models names no model.");
            }
        }
        if (targets.isEmpty()) {
            throw new Api.Refused(400, "Name at least one model.");
        }
        return targets;
    }
}
