package io.baseload.service.quota;

import io.baseload.service.tenant.UsageBudget;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A budget of which so much is gone that its owner wants to know.
 *
 * @param startsAt of the window
 * @param kind {@code tokens}, {@code requests} or {@code cost}: the first of these that is beyond the soft limit
 */
public record SoftLimit(UsageBudget budget, Instant startsAt, String kind) {

    /** For a header: {@code tokens;period=day;percent=80}, and what it is about if not the whole tenant. */
    public String text() {
        var text = kind + ";period=" + budget.period().wire() + ";percent="
                + budget.softPercent().orElseThrow();
        var scope = budget.scope();
        return text
                + (scope.key().isEmpty() ? "" : ";key=" + scope.key())
                + (scope.model().isEmpty() ? "" : ";model=" + encoded(scope.model()));
    }

    /** A model's name may hold what a header must not. */
    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
