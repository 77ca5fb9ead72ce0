package io.baseload.service.quota;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.database.SqlStatement;
import io.baseload.service.quota.QuotaTerms.Terms;
import io.baseload.service.quota.QuotaWindows.Change;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of reservations, as they are made. */
final class ReservationRows {
    private static final String INSERT = """
        INSERT INTO reservation (id, tenant, key_prefix, model, request_id, instance, made_at, batch, answers, tokens, prompt_tokens,
                                 budget_key, identity, prompt_price, cached_price, completion_price, reserved_cost)
        SELECT u.id, u.tenant, u.key_prefix, u.model, u.request_id, u.instance, u.at, u.batch, u.answers, u.tokens, u.prompt_tokens,
               nullif(u.budget_key, u.key_prefix), nullif(u.identity, ''), u.prompt_price, u.cached_price, u.completion_price, u.reserved_cost
        FROM unnest(:ids::uuid[], :tenants::text[], :prefixes::text[], :models::text[], :requests::text[], :instances::uuid[],
                    :ats::timestamptz[], :batch::boolean[], :answers::integer[], :tokens::bigint[], :prompts::bigint[], :keys::text[],
                    :identities::text[], :promptPrices::numeric[], :cachedPrices::numeric[], :completionPrices::numeric[], :costs::numeric[])
             u(id, tenant, key_prefix, model, request_id, instance, at, batch, answers, tokens, prompt_tokens, budget_key,
               identity, prompt_price, cached_price, completion_price, reserved_cost)\
        """;

    private final JdbcClient jdbc;

    ReservationRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A granted reservation and its terms. */
    record Reserved(Reservation reservation, Terms terms) {
        Optional<BigDecimal> cost() {
            return terms.cost(reservation.promptTokens(), reservation.tokens() - reservation.promptTokens());
        }

        Change change() {
            return new Change(
                    terms.account(),
                    terms.now(),
                    reservation.tokens(),
                    0,
                    1,
                    cost().orElse(BigDecimal.ZERO),
                    BigDecimal.ZERO);
        }
    }

    static SqlStatement insert(List<Reserved> granted) {
        return new SqlStatement(
                INSERT,
                Map.ofEntries(
                        Map.entry(
                                "ids",
                                texts(granted, it -> it.reservation().id().toString())),
                        Map.entry(
                                "tenants", texts(granted, it -> it.reservation().tenant())),
                        Map.entry(
                                "prefixes",
                                texts(granted, it -> it.reservation().keyPrefix())),
                        Map.entry(
                                "models", texts(granted, it -> it.reservation().model())),
                        Map.entry(
                                "requests",
                                texts(granted, it -> it.reservation().requestId())),
                        Map.entry(
                                "instances",
                                texts(granted, it -> it.reservation().instance().toString())),
                        Map.entry("ats", texts(granted, it -> it.terms().now().toString())),
                        Map.entry(
                                "batch",
                                granted.stream()
                                        .map(it -> it.reservation().batch())
                                        .toArray(Boolean[]::new)),
                        Map.entry(
                                "answers",
                                granted.stream()
                                        .map(it -> it.reservation().answers())
                                        .toArray(Integer[]::new)),
                        Map.entry(
                                "tokens",
                                granted.stream()
                                        .map(it -> it.reservation().tokens())
                                        .toArray(Long[]::new)),
                        Map.entry(
                                "prompts",
                                granted.stream()
                                        .map(it -> it.reservation().promptTokens())
                                        .toArray(Long[]::new)),
                        Map.entry(
                                "keys",
                                texts(granted, it -> it.terms().account().budgetKey())),
                        Map.entry(
                                "identities",
                                texts(granted, it -> it.terms().account().identity())),
                        Map.entry(
                                "promptPrices",
                                amounts(granted, it -> it.terms().price().map(Price::prompt))),
                        Map.entry(
                                "cachedPrices",
                                amounts(granted, it -> it.terms().price().map(Price::cached))),
                        Map.entry(
                                "completionPrices",
                                amounts(granted, it -> it.terms().price().map(Price::completion))),
                        Map.entry("costs", amounts(granted, Reserved::cost))));
    }

    /** Those that don't exist, found by their primary key: there is no index of ended ones by id alone. */
    Set<UUID> missing(Map<UUID, Instant> made) {
        var ids = List.copyOf(made.keySet());
        return jdbc.sql("""
            SELECT u.id FROM unnest(:ids::uuid[], :ats::timestamptz[]) u(id, at)
            WHERE NOT EXISTS (SELECT FROM reservation r WHERE r.made_at = u.at AND r.id = u.id)\
            """)
                .param("ids", texts(ids, UUID::toString))
                .param("ats", texts(ids, id -> String.valueOf(made.get(id))))
                .query((row, number) -> row.getObject("id", UUID.class))
                .set();
    }

    static Reservation read(ResultSet row) throws SQLException {
        return new Reservation(
                row.getObject("id", UUID.class),
                row.getObject("instance", UUID.class),
                row.getString("tenant"),
                row.getString("key_prefix"),
                row.getString("model"),
                row.getString("request_id"),
                row.getBoolean("batch"),
                row.getInt("answers"),
                row.getLong("tokens"),
                row.getLong("prompt_tokens"));
    }

    private static <T> BigDecimal[] amounts(Collection<T> all, Function<T, Optional<BigDecimal>> amount) {
        return all.stream().map(one -> amount.apply(one).orElse(null)).toArray(BigDecimal[]::new);
    }
}
