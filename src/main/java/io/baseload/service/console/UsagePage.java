package io.baseload.service.console;

import io.baseload.service.api.Api;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The usage of all tenants, and the prices by which it costs something. */
@Controller
@RequestMapping("/console/usage")
final class UsagePage {
    private static final String USAGE = "/admin/v1/usage?from={from}&to={to}&group_by={by}";
    private static final String PRICES = "/admin/v1/prices";
    private static final List<String> GROUPINGS =
            List.of("tenant", "tenant,model", "tenant,identity", "tenant,key", "model", "day", "day,tenant");

    private final Api api;
    private final AliasState aliases;

    UsagePage(Api api, AliasState aliases) {
        this.api = api;
        this.aliases = aliases;
    }

    /**
     * The selection of rows.
     *
     * @param from first day, UTC
     * @param to last day, UTC
     */
    record Span(String from, String to, String by) {
        private Object[] variables() {
            return new Object[] {Form.time("first day", from, 0), Form.time("last day", to, 1), by};
        }
    }

    /** Without a choice: this month, by tenant. */
    @ModelAttribute("span")
    Span span(
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String to,
            @RequestParam(defaultValue = "tenant") String by) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        return new Span(
                from.isBlank() ? today.withDayOfMonth(1).toString() : from.strip(),
                to.isBlank() ? today.toString() : to.strip(),
                by);
    }

    @GetMapping
    String page(Model model) {
        model.addAttribute("groupings", GROUPINGS);
        List<Map<String, Object>> prices = api.list(PRICES);
        Instant now = Instant.now();
        prices.forEach(price -> price.put(
                "upcoming",
                Instant.parse(String.valueOf(price.get("valid_from"))).isAfter(now)));
        model.addAttribute("prices", prices);
        model.addAttribute(
                "models",
                aliases.choices(api.list("/admin/v1/models?limit=1000")).stream()
                        .map(choice -> AliasState.target(choice).get("model"))
                        .distinct()
                        .toList());
        model.asMap().putIfAbsent("typed", Map.of());
        return "usage";
    }

    /** The sums. Adding up may take long or be refused, so they are loaded after the page. */
    @GetMapping("/rows")
    String rows(@ModelAttribute(name = "span", binding = false) Span span, Model model) {
        Map<String, Object> page = api.get(USAGE + "&limit=1000", span.variables());
        model.addAttribute("rows", Api.data(page));
        model.addAttribute("more", page.get("next") != null);
        model.addAttribute(
                "columns",
                Stream.of(span.by().split(","))
                        .map(column -> column.equals("key") ? "key_prefix" : column)
                        .toList());
        return "usage :: rows";
    }

    @GetMapping("/usage.csv")
    void csv(
            @ModelAttribute(name = "span", binding = false) Span span,
            HttpServletRequest request,
            HttpServletResponse response) {
        api.pass(request, response, "GET", new byte[0], "text/csv", USAGE, span.variables());
    }

    @PostMapping("/prices")
    String price(@RequestParam Map<String, String> form, RedirectAttributes next) {
        return FormResult.then(ConsolePage.USAGE.path(), next, "The price was added.", "typed", form, () -> {
            Map<String, Object> body = Form.filled(form, "model");
            body.putAll(Form.decimals(form, "prompt", "cached", "completion"));
            String today = LocalDate.now(ZoneOffset.UTC).toString();
            Form.filled(form, "valid_from").forEach((field, value) -> {
                if (!today.equals(value)) { // which begins now
                    body.put(field, Form.time("first day", value.toString(), 0));
                }
            });
            api.send("POST", body, PRICES);
        });
    }

    @PostMapping("/prices/withdraw")
    String withdraw(@RequestParam String model, @RequestParam("valid_from") String validFrom, RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.USAGE,
                next,
                "The price was withdrawn.",
                () -> api.send("DELETE", null, PRICES + "?model={model}&valid_from={from}", model, validFrom));
    }
}
