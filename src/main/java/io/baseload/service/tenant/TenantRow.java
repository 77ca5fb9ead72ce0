package io.baseload.service.tenant;

import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.MappedCollection;
import org.springframework.data.relational.core.mapping.Table;

/** A tenant as its tables hold it. */
@Table("tenant")
record TenantRow(
        @Id String id,
        int maxConcurrent,
        int weight,
        @MappedCollection(idColumn = "tenant") Set<WindowRow> windows) {

    /** A row of {@code tenant_window}. */
    @Table("tenant_window")
    record WindowRow(
            String period, @Nullable Long tokens, @Nullable Long requests) {
        static WindowRow of(Tenant.Window window) {
            return new WindowRow(window.period().wire(), boxed(window.tokens()), boxed(window.requests()));
        }

        Tenant.Window window() {
            return new Tenant.Window(Period.of(period), optional(tokens), optional(requests));
        }
    }

    static TenantRow of(Tenant tenant) {
        var windows = tenant.windows().stream().map(WindowRow::of).collect(Collectors.toSet());
        return new TenantRow(tenant.id(), tenant.maxConcurrent(), tenant.weight(), windows);
    }

    Tenant tenant() {
        var limits = windows.stream()
                .map(WindowRow::window)
                .sorted(java.util.Comparator.comparing(Tenant.Window::period))
                .toList();
        return new Tenant(id, limits, maxConcurrent, weight);
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static OptionalLong optional(@Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }
}
