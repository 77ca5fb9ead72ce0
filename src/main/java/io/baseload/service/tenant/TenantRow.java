package io.baseload.service.tenant;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** A tenant as stored in its table. */
@Table("tenant")
record TenantRow(
        @Id String id,
        int maxConcurrent,
        int weight,
        @Nullable Long maxWaitMs) {

    static TenantRow of(Tenant tenant) {
        return new TenantRow(
                tenant.id(),
                tenant.maxConcurrent(),
                tenant.weight(),
                tenant.maxWait().map(Duration::toMillis).orElse(null));
    }

    Tenant tenant(List<UsageBudget> windows) {
        return new Tenant(
                id,
                windows,
                maxConcurrent,
                weight,
                Optional.ofNullable(maxWaitMs).map(Duration::ofMillis));
    }
}
