package io.baseload.service.admin;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.RouteAccess;
import java.util.Locale;

/** A kind of open problem; those who may read its route see it. */
enum ProblemKind {
    MEMORY("/admin/v1/engine"),
    MODEL("/admin/v1/models"),
    BACKEND("/admin/v1/backends"),
    CANARY("/admin/v1/aliases"),
    JOB("/admin/v1/jobs"),
    BUDGET("/admin/v1/tenants/{tenant}/usage"),
    AUDIT("/admin/v1/audit/verification");

    private final String route;

    ProblemKind(String route) {
        this.route = route;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isFor(Caller caller) {
        return RouteAccess.allows(caller, "GET", route.replace("{tenant}", caller.tenant()));
    }
}
