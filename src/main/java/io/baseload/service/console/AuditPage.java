package io.baseload.service.console;

import io.baseload.service.api.Api;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.util.UriComponentsBuilder;

/** The audit trail: entries, whether they match the signatures, and the trail as a file that can be verified elsewhere. */
@Controller
@RequestMapping("/console/audit")
final class AuditPage {
    private static final int ENTRIES = 50;
    private static final String VERIFICATION = "/admin/v1/audit/verification";
    private static final String EXPORT = "/admin/v1/audit/export";

    private static final String KEYS = "/admin/v1/audit/keys";

    private final Api api;

    AuditPage(Api api) {
        this.api = api;
    }

    /** @param after the number of the entry before the first one shown */
    @GetMapping
    String page(
            @RequestParam(defaultValue = "0") long after,
            @RequestParam(defaultValue = "") String kind,
            @RequestParam(defaultValue = "") String tenant,
            Model model) {
        Map<String, Object> page = api.get(route(after, kind, tenant), filters(kind, tenant));
        model.addAttribute("entries", page.getOrDefault("data", List.of()));
        model.addAttribute("next", page.get("next"));
        model.addAttribute("after", after);
        model.addAttribute("kind", kind);
        model.addAttribute("tenant", tenant);
        model.addAttribute("mayVerify", api.allows("GET", VERIFICATION));
        model.addAttribute("size", size());
        model.addAttribute("keys", api.list(KEYS));
        model.addAttribute("mayRotate", api.allows("POST", KEYS));
        return "audit";
    }

    /** Empty filters are ignored. */
    private static String route(long after, String kind, String tenant) {
        var route = UriComponentsBuilder.fromPath("/admin/v1/audit")
                .queryParam("limit", ENTRIES)
                .queryParam("after", after);
        if (!kind.isBlank()) {
            route.queryParam("kind", "{kind}");
        }
        if (!tenant.isBlank()) {
            route.queryParam("tenant", "{tenant}");
        }
        return route.build().toUriString();
    }

    private static Object[] filters(String... filters) {
        return Stream.of(filters).filter(filter -> !filter.isBlank()).toArray();
    }

    /** Signed entries; 0 while none is. */
    private Object size() {
        try {
            return api.get("/admin/v1/audit/checkpoint").getOrDefault("tree_size", 0);
        } catch (Api.Refused unsigned) {
            return 0;
        }
    }

    @PostMapping("/verify")
    String verify(Model model) {
        model.addAttribute("found", api.get(VERIFICATION));
        return "audit :: verified";
    }

    @GetMapping("/rotate")
    String askRotation(Model page) {
        return new Confirmation(ConsolePage.AUDIT.path(), "Create a new signing key", "Create", "rotate")
                .ask(
                        page,
                        Map.of(),
                        List.of(
                                "The trail names the new key, and both keys sign it; from then on only the new one"
                                        + " signs.",
                                "Those who verify the trail elsewhere need the new key too."));
    }

    @PostMapping("/rotate")
    String rotate(RedirectAttributes next) {
        return FormResult.then(
                ConsolePage.AUDIT, next, "A new key signs the trail.", () -> api.send("POST", null, KEYS));
    }

    @GetMapping("/checkpoint")
    void checkpoint(HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Content-Disposition", "attachment; filename=\"checkpoint.txt\"");
        api.pass(request, response, "GET", new byte[0], MediaType.TEXT_PLAIN_VALUE, "/admin/v1/audit/checkpoint");
    }

    @GetMapping("/export")
    void export(HttpServletRequest request, HttpServletResponse response) {
        api.pass(request, response, "GET", new byte[0], MediaType.ALL_VALUE, EXPORT);
    }

    @GetMapping("/proof")
    void proof(@RequestParam long seq, HttpServletRequest request, HttpServletResponse response) {
        response.setHeader("Content-Disposition", "attachment; filename=\"proof-" + seq + ".json\"");
        api.pass(request, response, "GET", new byte[0], MediaType.ALL_VALUE, "/admin/v1/audit/proof?seq={seq}", seq);
    }
}
