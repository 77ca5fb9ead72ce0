package io.baseload.service.quota;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The price table. A price is valid until the model's next one starts; each request keeps the price at the time of its reservation. So a price can be set for now or later, and one
 * that has started can't be changed or withdrawn, only followed by another.
 */
public final class Prices {
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final AuditTrail audit;

    public Prices(JdbcClient jdbc, TransactionOperations transactions, AuditTrail audit) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.audit = audit;
    }

    /** All prices, past ones too, by model and time. */
    public List<Price> list() {
        return jdbc.sql("SELECT * FROM price ORDER BY model, valid_from")
                .query((row, number) -> read(row))
                .list();
    }

    /**
     * Sets a price; empty if another one of the model starts at this time, or the time has passed.
     *
     * @param validFrom empty = now
     */
    public Optional<Price> add(Actor actor, Price price, Optional<Instant> validFrom) {
        return transactions.execute(status -> {
            var added = jdbc.sql("""
                INSERT INTO price (model, valid_from, prompt, cached, completion)
                SELECT ?, coalesce(?::timestamptz, t.now), ?, ?, ? FROM (SELECT clock_timestamp() AS now OFFSET 0) t
                WHERE coalesce(?::timestamptz, t.now) >= t.now ON CONFLICT DO NOTHING RETURNING *\
                """)
                    .param(price.model())
                    .param(validFrom.map(Timestamp::from).orElse(null))
                    .params(price.prompt(), price.cached(), price.completion())
                    .param(validFrom.map(Timestamp::from).orElse(null))
                    .query((row, number) -> read(row))
                    .optional();
            added.ifPresent(one -> audit.recordAdmin(actor, "admin.price.create", subject(one), described(one)));
            return added;
        });
    }

    /** Withdraws a price that has not started; false if there is none. */
    public boolean remove(Actor actor, String model, Instant validFrom) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            var removed = jdbc.sql("DELETE FROM price WHERE model = ? AND valid_from = ? AND valid_from >"
                            + " clock_timestamp() RETURNING *")
                    .params(model, Timestamp.from(validFrom))
                    .query((row, number) -> read(row))
                    .optional();
            removed.ifPresent(one -> audit.recordAdmin(actor, "admin.price.delete", subject(one), described(one)));
            return removed.isPresent();
        }));
    }

    private static Price read(ResultSet row) throws SQLException {
        return read(row, row.getString("model"));
    }

    static Price read(ResultSet row, String model) throws SQLException {
        return new Price(
                model,
                row.getObject("valid_from", OffsetDateTime.class).toInstant(),
                row.getBigDecimal("prompt"),
                row.getBigDecimal("cached"),
                row.getBigDecimal("completion"));
    }

    private static String subject(Price price) {
        return "prices/" + price.model();
    }

    private static Map<String, ?> described(Price price) {
        return Map.of(
                "valid_from", price.validFrom().toString(),
                "prompt", price.prompt().toPlainString(),
                "cached", price.cached().toPlainString(),
                "completion", price.completion().toPlainString());
    }
}
