package io.baseload.service.quota;

import io.baseload.service.tenant.UsageBudget;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A limit of a budget whose usage exceeds the soft limit.
 *
 * @param startsAt of the window
 * @param kind {@code tokens}, {@code requests} or {@code cost}
 */
public record SoftLimit(UsageBudget budget, Instant startsAt, String kind) {

    /** For a header: {@code tokens;period=day;percent=80}, and the scope if it isn't the whole tenant. */
    public String text() {
        var text = kind + ";period=" + budget.period().wire() + ";percent="
                + budget.softPercent().orElseThrow();
        var scope = budget.scope();
        return text
                + (scope.isTenant() ? "" : (scope.isIdentity() ? ";identity=" : ";key=") + scope.owner())
                + (scope.model().isEmpty() ? "" : ";model=" + encoded(scope.model()));
    }

    /** A model's name may contain characters that are not allowed in a header. */
    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
