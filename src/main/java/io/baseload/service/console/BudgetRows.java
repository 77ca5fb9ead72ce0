package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;

/** The budgets of a tenant, a key or an identity as rows of a form, with empty rows for new ones. The names of the fields are the API's. */
final class BudgetRows {
    /** A form as it was filled in, in a page's model. */
    static final String FORM = "limits";

    private static final int NEW_ROWS = 2;
    private static final String PERIOD = "period";
    private static final String MODEL = "model";
    private static final List<String> LIMITS = List.of("tokens", "requests", "cost");
    private static final List<String> PERCENTAGES = List.of("soft_percent", "interactive_percent");
    private static final List<String> NUMBERS =
            Stream.concat(LIMITS.stream(), PERCENTAGES.stream()).toList();

    private static final FormRows ROWS = new FormRows(
            "limits", Stream.concat(Stream.of(PERIOD, MODEL), NUMBERS.stream()).toList());

    private BudgetRows() {}

    /** @param windows as in the API */
    static List<Map<String, Object>> of(List<Map<String, Object>> windows) {
        return Stream.concat(windows.stream(), Collections.nCopies(NEW_ROWS, Map.<String, Object>of()).stream())
                .toList();
    }

    /** The rows of a submitted form, as they were filled in. */
    static List<Map<String, Object>> typed(MultiValueMap<String, String> form) {
        return ROWS.typed(form);
    }

    /** @param owner a tenant in the API */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> windows(Map<String, Object> owner) {
        return (List<Map<String, Object>>) owner.getOrDefault("windows", List.of());
    }

    /**
     * Adds what {@code parts :: budgets} shows to a page's model: the used shares, and the form as the budgets are or, after a refusal, as it was filled in, unless they were changed
     * meanwhile.
     *
     * @param counted in the API
     */
    @SuppressWarnings("unchecked")
    static void show(Map<String, Object> counted, Model model) {
        List<Map<String, Object>> present = budgets(counted);
        String expected = Form.text(present);
        var typed = Optional.ofNullable((MultiValueMap<String, String>) model.getAttribute(FORM))
                .filter(form -> expected.equals(form.getFirst(Form.EXPECTED)));
        model.addAttribute("budgets", BudgetShare.of(counted));
        model.addAttribute("expectedWindows", expected);
        model.addAttribute("again", typed.isPresent());
        model.addAttribute("windows", typed.map(BudgetRows::typed).orElseGet(() -> of(present)));
    }

    /** The body of a request that replaces the budgets that a submitted form shows. */
    static Map<String, Object> change(MultiValueMap<String, String> form) {
        return Map.of("windows", read(form), "expected_windows", Form.json(form.getFirst(Form.EXPECTED)));
    }

    /**
     * The budgets in an answer that also counts their usage, as a request has them.
     *
     * @param counted in the API
     */
    static List<Map<String, Object>> budgets(Map<String, Object> counted) {
        return windows(counted).stream().map(BudgetRows::budget).toList();
    }

    private static Map<String, Object> budget(Map<String, Object> window) {
        Map<String, Object> budget = new TreeMap<>();
        Map.of(
                        PERIOD,
                        PERIOD,
                        MODEL,
                        MODEL,
                        "limit",
                        "tokens",
                        "request_limit",
                        "requests",
                        "cost_limit",
                        "cost",
                        "soft_percent",
                        "soft_percent",
                        "interactive_percent",
                        "interactive_percent")
                .forEach((name, as) -> {
                    if (window.get(name) != null) {
                        budget.put(as, window.get(name));
                    }
                });
        return budget;
    }

    /**
     * The budgets in a submitted form, as in the API. A row without a limit is none.
     *
     * @throws Api.Refused if a field is not a number
     */
    static List<Map<String, Object>> read(MultiValueMap<String, String> form) {
        var windows = new ArrayList<Map<String, Object>>();
        for (int row = 0; row < ROWS.count(form); row++) {
            Map<String, Object> window = ROWS.numbers(form, NUMBERS, row);
            if (LIMITS.stream().anyMatch(window::containsKey)) {
                window.put(PERIOD, ROWS.text(form, PERIOD, row));
                String model = ROWS.text(form, MODEL, row);
                if (!model.isEmpty()) {
                    window.put(MODEL, model);
                }
                windows.add(window);
            }
        }
        return windows;
    }
}
