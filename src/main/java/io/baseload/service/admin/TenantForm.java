package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.tenant.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.node.LongNode;

/**
 * A tenant in JSON, both ways. Members absent from a request keep their value, or get the default in a new tenant.
 *
 * @param expectedWindows in a request: the windows that the caller knows, and changes only if nobody else has changed them
 * @param maxConcurrent answers that may run or wait at the same time; a request for several counts as so many
 * @param weight share of the engine against other tenants, 1 to 1000
 * @param maxWaitMs how long a request may wait until its answer starts; null = the service's setting
 */
@JsonNaming(SnakeCaseStrategy.class)
record TenantForm(
        @Nullable String id,
        @Nullable List<@Nullable BudgetForm> windows,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<@Nullable BudgetForm> expectedWindows,
        @Nullable Integer maxConcurrent,
        @Nullable Integer weight,
        @Nullable JsonNode maxWaitMs) {
    private static final long MAX_WAIT_MS = 24 * 60 * 60 * 1000;
    private static final int MAX_WEIGHT = 1000;

    static TenantForm of(Tenant tenant) {
        return new TenantForm(
                tenant.id(),
                tenant.windows().stream()
                        .<@Nullable BudgetForm>map(BudgetForm::of)
                        .toList(),
                null,
                tenant.maxConcurrent(),
                tenant.weight(),
                tenant.maxWait()
                        .<JsonNode>map(wait -> LongNode.valueOf(wait.toMillis()))
                        .orElse(null));
    }

    /**
     * A tenant with the changes of this request.
     *
     * @throws io.baseload.service.tenant.TenantConflictException if it has other windows than expected
     */
    Tenant over(Tenant before) {
        BudgetForm.requireExpected(expectedWindows, before.windows(), "the tenant '" + before.id() + "'");
        return new Tenant(
                before.id(),
                windows == null ? before.windows() : BudgetForm.read(windows),
                maxConcurrent == null
                        ? before.maxConcurrent()
                        : Refusals.inRange("max_concurrent", maxConcurrent, 1, Integer.MAX_VALUE),
                weight == null ? before.weight() : Refusals.inRange("weight", weight, 1, MAX_WEIGHT),
                maxWait(before.maxWait()));
    }

    private Optional<Duration> maxWait(Optional<Duration> before) {
        if (maxWaitMs == null) {
            return before;
        }
        if (maxWaitMs.isNull()) {
            return Optional.empty();
        }
        if (!maxWaitMs.isIntegralNumber() || !maxWaitMs.canConvertToLong()) {
            throw Refusals.invalid("max_wait_ms", "invalid_type", "'max_wait_ms' must be an integer or null.");
        }
        return Optional.of(Duration.ofMillis(Refusals.inRange("max_wait_ms", maxWaitMs.longValue(), 0, MAX_WAIT_MS)));
    }
}
