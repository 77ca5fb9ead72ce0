package io.baseload.service.admin;

import io.baseload.service.quota.TenantUsage;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** What a tenant has used, in JSON: the present calendar windows, and the answers of the time that was asked for. */
@JsonNaming(SnakeCaseStrategy.class)
record UsageForm(List<Window> windows, long requests, long promptTokens, long completionTokens, List<ByModel> byModel) {

    /** @param limit tokens; null = unlimited */
    @JsonNaming(SnakeCaseStrategy.class)
    record Window(String period, Instant startsAt, @Nullable Long limit, long used, long reserved) {
        static Window of(TenantUsage.Window window) {
            OptionalLong limit = window.limit();
            return new Window(
                    window.period().wire(),
                    window.startsAt(),
                    limit.isPresent() ? limit.getAsLong() : null,
                    window.used(),
                    window.reserved());
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record ByModel(String model, long requests, long promptTokens, long completionTokens) {
        static ByModel of(TenantUsage.ByModel usage) {
            return new ByModel(usage.model(), usage.requests(), usage.promptTokens(), usage.completionTokens());
        }
    }

    static UsageForm of(TenantUsage usage) {
        return new UsageForm(
                usage.windows().stream()
                        .sorted(Comparator.comparing(TenantUsage.Window::period))
                        .map(Window::of)
                        .toList(),
                usage.requests(),
                usage.promptTokens(),
                usage.completionTokens(),
                usage.byModel().stream().map(ByModel::of).toList());
    }
}
