package io.baseload.service.quota;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A query for sums of usage.
 *
 * @param tenant whose; empty = all
 * @param from first moment
 * @param to moment after the last
 * @param grouping the columns of a row, in this order; none = one row
 */
public record UsageQuery(Optional<String> tenant, Instant from, Instant to, Set<Column> grouping) {
    /** Possible groupings. */
    public enum Column {
        TENANT("tenant"),
        /** The person or the service account; empty = the tenant's own keys. */
        IDENTITY("coalesce(identity, '')"),
        KEY("key_prefix"),
        MODEL("model"),
        /** The day of the request, in UTC. */
        DAY("to_char(made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')");

        final String sql;

        Column(String sql) {
            this.sql = sql;
        }

        /** The name in URLs. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public UsageQuery {
        grouping = grouping.isEmpty() ? Set.of() : EnumSet.copyOf(grouping);
    }
}
