package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.quota.UsageQuery.Column;
import io.baseload.service.quota.UsageRow;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A sum over requests, in JSON, with the values of the grouping.
 *
 * @param identity empty = the tenant's own keys
 * @param day in UTC
 * @param cost absent if none of them had a price
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record UsageRowForm(
        @Nullable String tenant,
        @Nullable String identity,
        @Nullable String keyPrefix,
        @Nullable String model,
        @Nullable String day,
        long requests,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        @Nullable BigDecimal cost) {

    static UsageRowForm of(UsageRow row) {
        return new UsageRowForm(
                row.of().get(Column.TENANT),
                row.of().get(Column.IDENTITY),
                row.of().get(Column.KEY),
                row.of().get(Column.MODEL),
                row.of().get(Column.DAY),
                row.requests(),
                row.promptTokens(),
                row.cachedTokens(),
                row.completionTokens(),
                row.cost().map(Money::plain).orElse(null));
    }
}
