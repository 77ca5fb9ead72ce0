package io.baseload.service.quota;

import static io.baseload.service.database.SqlArrays.texts;

import io.baseload.service.database.Pipeline;
import io.baseload.service.database.SqlStatement;
import io.baseload.service.quota.QuotaTerms.Account;
import io.baseload.service.quota.QuotaTerms.Found;
import io.baseload.service.quota.QuotaTerms.Terms;
import io.baseload.service.quota.QuotaWindows.Change;
import io.baseload.service.quota.ReservationRows.Reserved;
import io.baseload.service.tenant.UnknownTenantException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger of tokens, for any number of processes at once. Every method must run in a transaction of the caller, except {@link #check}; an exception must roll it back.
 *
 * <p>Many reservations or settlements go into one transaction: a commit waits for the disk, and reservations of one tenant wait for the tenant's row, so the number of requests per
 * second is the number of commits times the requests in each. The rows are locked, then everything is decided here, in the order of the list, and written once,
 * together with what the caller writes in the transaction ({@link Pipeline}).
 *
 * <p>Rows are locked in the same order everywhere: tenants, reservations, windows, and then the head of the audit trail; rows of one kind in the order of their keys. Nothing here
 * waits for the row of a tenant or of a reservation, because one transaction does the work of many tenants: the caller is told whose rows somebody else has locked. Time is the
 * database's.
 */
public final class Quota {
    /** The cost of a reservation by its prices, once its tokens are known; null without prices. */
    private static final String COST =
            "((%1$s.prompt - %1$s.cached) * r.prompt_price + %1$s.cached * r.cached_price + %1$s.completion *"
                    + " r.completion_price) * 0.000001";

    private final JdbcClient jdbc;
    private final Pipeline pipeline;
    private final QuotaTerms terms;
    private final QuotaWindows windows;
    private final ReservationRows rows;

    public Quota(JdbcClient jdbc, Pipeline pipeline) {
        this.jdbc = jdbc;
        this.pipeline = pipeline;
        this.terms = new QuotaTerms(jdbc, pipeline);
        this.windows = new QuotaWindows(jdbc);
        this.rows = new ReservationRows(jdbc);
    }

    /**
     * Reserves tokens and places among the tenant's concurrent answers for each demand that finds room; one that finds none takes nothing from the others.
     *
     * @param writes gets what the caller must run in this transaction, before anything else of this class: until then nothing is reserved
     * @return the decisions in the order of the list; empty if somebody else has locked the tenant's row: nothing is decided then
     */
    public List<Optional<QuotaDecision>> reserve(List<Reservation> wanted, List<SqlStatement> writes) {
        var found = lockPresent(wanted.stream().map(Reservation::demand).toList());
        var locked = lockedByOthers(tenants(wanted), found.tenants());
        var decisions = new HashMap<UUID, QuotaDecision>();
        var rooms = new HashMap<String, Optional<TenantRoom>>();
        var granted = new ArrayList<Reserved>();
        for (Reservation one : wanted) {
            if (!locked.contains(one.tenant())) {
                var demand = one.demand();
                var terms = found.terms(demand);
                var decision = decide(rooms.computeIfAbsent(one.tenant(), tenant -> found.room(demand)), demand, terms);
                if (decision instanceof QuotaDecision.Granted reserved) {
                    granted.add(new Reserved(one, terms));
                    reserved.passed().forEach(passed -> windows.told(one.tenant(), passed));
                }
                decisions.put(one.id(), decision);
            }
        }
        if (!granted.isEmpty()) {
            writes.add(QuotaWindows.add(granted.stream().map(Reserved::change).toList()));
            writes.add(ReservationRows.insert(granted));
        }
        return wanted.stream()
                .map(one -> Optional.ofNullable(decisions.get(one.id())))
                .toList();
    }

    /** With all counters: those that have just started are created. */
    private Found lockPresent(List<QuotaDemand> demands) {
        var found = terms.lockPresent(demands);
        if (found.isComplete()) {
            return found;
        }
        windows.make(found.accounts(), found.now());
        return terms.lockAgain(found);
    }

    private static Set<String> tenants(Collection<Reservation> reservations) {
        return reservations.stream().map(Reservation::tenant).collect(Collectors.toSet());
    }

    /** Tenants that exist and are not among the locked ones. */
    private Set<String> lockedByOthers(Set<String> tenants, Set<String> locked) {
        var others = tenants.stream().filter(tenant -> !locked.contains(tenant)).toList();
        return others.isEmpty() ? Set.of() : terms.existing(others);
    }

    /**
     * Returns what {@link #reserve} would decide now for each demand alone, by one statement, which needs no transaction. Locks and writes nothing. It can refuse requests before any
     * work is done, but promises nothing to the others.
     */
    public List<QuotaDecision> check(List<QuotaDemand> demands) {
        var found = terms.present(demands);
        return demands.stream()
                .map(demand -> decide(found.room(demand), demand, found.terms(demand)))
                .toList();
    }

    private static QuotaDecision decide(Optional<TenantRoom> room, QuotaDemand demand, Terms terms) {
        return room.map(it -> it.take(demand, terms))
                .orElseGet(() -> new QuotaDecision.Refused(new UnknownTenantException(demand.tenant())));
    }

    /**
     * Reserves more tokens for a running request, in the windows in which it was made; false if a limit leaves no room or the request is no longer open.
     *
     * @throws org.springframework.dao.DataAccessException also if somebody else has locked the reservation
     */
    public boolean extend(UUID reservation, long tokens) {
        var open = jdbc.sql(
                        "SELECT *, 0 AS used_cost, clock_timestamp() AS now FROM reservation WHERE id = ? AND state ="
                                + " 'open' FOR UPDATE NOWAIT")
                .param(reservation)
                .query((row, number) -> Map.entry(Made.read(row, number), instant(row, "now")))
                .optional();
        if (open.isEmpty()) {
            return false;
        }
        var made = open.get().getKey();
        var now = open.get().getValue();
        var extension = made.extension(tokens);
        var present = windows.lockEarlier(made.account(), made.at());
        boolean room = present.stream()
                .noneMatch(it -> it.refusesTokens(tokens, made.batch(), now)
                        || it.refusesCost(extension.reservedCost(), made.batch(), now));
        if (room) {
            write(List.of(extension));
            jdbc.sql("UPDATE reservation SET tokens = tokens + ?, reserved_cost = reserved_cost + ? WHERE id = ? AND"
                            + " state = 'open'")
                    .params(tokens, extension.reservedCost(), reservation)
                    .update();
        }
        return room;
    }

    /**
     * Reports the number of tokens in the answers of running requests, which they pay if their process is lost.
     *
     * @return those that are still open; nobody settles them until the transaction ends
     */
    public Set<UUID> progress(Map<UUID, Long> completionTokens) {
        var ids = List.copyOf(completionTokens.keySet());
        return jdbc.sql("""
            UPDATE reservation r SET completion_tokens = o.tokens
            FROM (SELECT l.id, l.made_at, u.tokens FROM reservation l JOIN unnest(:ids::uuid[], :tokens::bigint[]) u(id, tokens) ON l.id = u.id
                  WHERE l.state = 'open' ORDER BY l.id FOR UPDATE OF l SKIP LOCKED) o
            WHERE r.id = o.id AND r.made_at = o.made_at AND r.state = 'open' RETURNING r.id\
            """)
                .param("ids", texts(ids, UUID::toString))
                .param("tokens", ids.stream().map(completionTokens::get).toArray(Long[]::new))
                .query((row, number) -> row.getObject("id", UUID.class))
                .set();
    }

    /**
     * The result of {@link #settle}.
     *
     * @param settlements the reservations that ended, with their additions to the tenants' usage
     * @param locked reservations that somebody else has locked, which are unchanged
     */
    public record Settled(List<Settlement> settlements, Set<UUID> locked) {}

    /**
     * Ends reservations with the actual usage. One that was settled as lost meanwhile is corrected, to nothing if its request never started; one that has already ended has no
     * effect.
     *
     * @param writes gets what the caller must run in this transaction, before anything else of this class
     */
    public Settled settle(List<Settlement> ends, List<SqlStatement> writes) {
        var byId = new HashMap<UUID, Settlement>();
        ends.forEach(end -> byId.put(end.reservation(), end));
        var settlements = new ArrayList<Settlement>();
        var changes = new ArrayList<Change>();
        for (Made made : close(ends)) {
            var end = Objects.requireNonNull(byId.remove(made.id()));
            changes.add(made.settled(end.promptTokens() + end.completionTokens(), refused(end) ? -1 : 0));
            settlements.add(end);
        }
        if (!byId.isEmpty()) {
            for (Settlement late : correct(byId.values(), changes)) {
                byId.remove(late.reservation());
                settlements.add(late);
            }
        }
        if (!changes.isEmpty()) {
            writes.add(QuotaWindows.add(changes));
        }
        return new Settled(settlements, byId.isEmpty() ? Set.of() : unfinished(byId.keySet()));
    }

    /** Those that have not ended, or were lost. */
    private Set<UUID> unfinished(Set<UUID> reservations) {
        return jdbc.sql("SELECT id FROM reservation WHERE id = ANY(:ids::uuid[]) AND state IN ('open', 'lost')")
                .param("ids", texts(reservations, UUID::toString))
                .query((row, number) -> row.getObject("id", UUID.class))
                .set();
    }

    /** Settles open reservations whose process has no lease any more, with their prompt and the tokens that they last reported. Several processes may do so at once. */
    public List<LostReservation> lose(int limit) {
        var lost = new ArrayList<LostReservation>();
        var changes = new ArrayList<Change>();
        jdbc.sql("""
            UPDATE reservation r SET state = 'lost', ended_at = clock_timestamp(), cost = %s
            FROM (SELECT id, made_at, prompt_tokens AS prompt, 0 AS cached, completion_tokens AS completion FROM reservation o
                  WHERE state = 'open' AND NOT EXISTS (SELECT FROM instance i WHERE i.id = o.instance)
                  ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED) u
            WHERE r.id = u.id AND r.made_at = u.made_at AND r.state = 'open'
            RETURNING r.*, coalesce(r.cost, 0) AS used_cost, (extract(epoch FROM r.ended_at - r.made_at) * 1000)::bigint AS milliseconds\
            """.formatted(COST.formatted("u"))).param(limit).query(row -> {
            var reservation = ReservationRows.read(row);
            long completion = row.getLong("completion_tokens");
            lost.add(new LostReservation(reservation, completion, row.getLong("milliseconds")));
            changes.add(Made.read(row, 0).settled(reservation.promptTokens() + completion, 0));
        });
        if (!changes.isEmpty()) {
            write(changes);
        }
        return lost;
    }

    private void write(List<Change> changes) {
        pipeline.run(List.of(QuotaWindows.add(changes)));
    }

    /** Open reservations of a process that are older than this, at most a thousand. */
    public List<Reservation> open(UUID instance, Duration age) {
        return jdbc.sql("""
            SELECT * FROM reservation
            WHERE state = 'open' AND instance = ? AND made_at < clock_timestamp() - ? * interval '1 ms' ORDER BY made_at LIMIT 1000\
            """)
                .params(instance, age.toMillis())
                .query((row, number) -> ReservationRows.read(row))
                .list();
    }

    /** Reservations, with the times when they were made, that the database doesn't have. */
    public Set<UUID> missing(Map<UUID, Instant> made) {
        return rows.missing(made);
    }

    /**
     * Makes reservations again, in their windows and at the present prices, that a failover to a standby that was behind has lost. Their requests have run, so no limit refuses them.
     * Their tenants' rows are locked as by {@link #reserve}, which may be creating the same windows, and by those who set budgets, whose new counters must include all reservations.
     *
     * @param lost with the times when they were made
     * @return those that are made; not those whose tenant's row somebody else has locked
     */
    public Set<UUID> restore(Map<Reservation, Instant> lost) {
        var tenants = tenants(lost.keySet());
        var locked = lockedByOthers(tenants, terms.lock(tenants));
        var free = lost.keySet().stream()
                .filter(one -> !locked.contains(one.tenant()))
                .toList();
        if (free.isEmpty()) {
            return Set.of();
        }
        var present = terms.present(free.stream().map(Reservation::demand).toList());
        var again = free.stream()
                .map(one -> new Reserved(
                        one,
                        present.terms(one.demand())
                                .at(Objects.requireNonNull(lost.get(one)).atOffset(ZoneOffset.UTC))))
                .toList();
        var changes = again.stream().map(Reserved::change).toList();
        pipeline.run(List.of(ReservationRows.insert(again)));
        windows.makeAgain(changes);
        write(changes);
        return free.stream().map(Reservation::id).collect(Collectors.toSet());
    }

    /** Deletes windows that are no longer needed. */
    public void prune() {
        windows.prune();
    }

    /** Creates the partitions of this month and the next two. */
    public void partition() {
        jdbc.sql("SELECT reservation_partitions()::text").query(String.class).list();
    }

    /** Drops months that are older than the retention. Fails soon while anybody reads reservations. */
    public void dropMonths(Duration retention) {
        jdbc.sql("SELECT reservation_drop_months(?::bigint * interval '1 s')::text")
                .param(retention.toSeconds())
                .query(String.class)
                .list();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private List<Made> close(List<Settlement> ends) {
        return jdbc.sql("""
            UPDATE reservation r SET state = CASE WHEN u.refused THEN 'refused' ELSE 'settled' END,
              prompt_tokens = u.prompt, cached_tokens = u.cached, completion_tokens = u.completion, ended_at = clock_timestamp(), cost = %s
            FROM (SELECT l.id, l.made_at, g.prompt, g.cached, g.completion, g.refused FROM reservation l
                  JOIN unnest(:ids::uuid[], :prompts::bigint[], :cached::bigint[], :completions::bigint[], :refused::boolean[])
                       g(id, prompt, cached, completion, refused) ON l.id = g.id
                  WHERE l.state = 'open' FOR UPDATE OF l SKIP LOCKED) u
            WHERE r.id = u.id AND r.made_at = u.made_at AND r.state = 'open'
            RETURNING r.*, coalesce(r.cost, 0) AS used_cost\
            """.formatted(COST.formatted("u")))
                .params(parameters(ends))
                .query(Made::read)
                .list();
    }

    /** @param changes are added to */
    private List<Settlement> correct(Collection<Settlement> ends, List<Change> changes) {
        var corrected = new ArrayList<Settlement>();
        var corrections = new ArrayList<Change>();
        jdbc.sql("""
            UPDATE reservation r SET state = CASE WHEN u.refused THEN 'refused' ELSE 'corrected' END,
              prompt_tokens = u.prompt, cached_tokens = u.cached, completion_tokens = u.completion, cost = %s
            FROM (SELECT l.id, l.made_at, l.prompt_tokens, l.completion_tokens, coalesce(l.cost, 0) AS lost_cost, g.prompt, g.cached, g.completion,
                         g.refused
                  FROM reservation l
                  JOIN unnest(:ids::uuid[], :prompts::bigint[], :cached::bigint[], :completions::bigint[], :refused::boolean[])
                       g(id, prompt, cached, completion, refused) ON l.id = g.id
                  WHERE l.state = 'lost' FOR UPDATE OF l SKIP LOCKED) u
            WHERE r.id = u.id AND r.made_at = u.made_at
            RETURNING r.*, u.prompt - u.prompt_tokens AS more_prompt, u.completion - u.completion_tokens AS more_completion,
              coalesce(r.cost, 0) - u.lost_cost AS used_cost, u.refused\
            """.formatted(COST.formatted("u"))).params(parameters(ends)).query(row -> {
            var late = new Settlement(
                    row.getObject("id", UUID.class),
                    row.getLong("more_prompt"),
                    row.getLong("cached_tokens"),
                    row.getLong("more_completion"),
                    Settlement.State.CORRECTED);
            corrected.add(late);
            corrections.add(Made.read(row, 0)
                    .corrected(late.promptTokens() + late.completionTokens(), row.getBoolean("refused") ? -1 : 0));
        });
        if (!corrections.isEmpty()) {
            windows.restore(corrections);
            changes.addAll(corrections);
        }
        return corrected;
    }

    private static Map<String, Object> parameters(Collection<Settlement> ends) {
        return Map.of(
                "ids", texts(ends, end -> end.reservation().toString()),
                "prompts", ends.stream().map(Settlement::promptTokens).toArray(Long[]::new),
                "cached", ends.stream().map(Settlement::cachedTokens).toArray(Long[]::new),
                "completions", ends.stream().map(Settlement::completionTokens).toArray(Long[]::new),
                "refused", ends.stream().map(Quota::refused).toArray(Boolean[]::new));
    }

    private static boolean refused(Settlement end) {
        return end.state() == Settlement.State.REFUSED;
    }

    /**
     * A reservation as stored in its row.
     *
     * @param usedCost the amount that its end adds to the money used
     */
    private record Made(
            UUID id,
            Account account,
            OffsetDateTime at,
            boolean batch,
            long tokens,
            BigDecimal reservedCost,
            BigDecimal completionPrice,
            BigDecimal usedCost) {
        static Made read(ResultSet row, int number) throws SQLException {
            var key = Objects.requireNonNullElse(row.getString("budget_key"), row.getString("key_prefix"));
            return new Made(
                    row.getObject("id", UUID.class),
                    new Account(
                            row.getString("tenant"),
                            key,
                            Objects.requireNonNullElse(row.getString("identity"), ""),
                            row.getString("model")),
                    row.getObject("made_at", OffsetDateTime.class),
                    row.getBoolean("batch"),
                    row.getLong("tokens"),
                    amount(row, "reserved_cost"),
                    amount(row, "completion_price"),
                    row.getBigDecimal("used_cost"));
        }

        private static BigDecimal amount(ResultSet row, String column) throws SQLException {
            return Objects.requireNonNullElse(row.getBigDecimal(column), BigDecimal.ZERO);
        }

        Change extension(long more) {
            var cost = Price.millionth(completionPrice.multiply(BigDecimal.valueOf(more)));
            return new Change(account, at, more, 0, 0, cost, BigDecimal.ZERO);
        }

        Change settled(long used, int requests) {
            return new Change(account, at, -tokens, used, requests, reservedCost.negate(), usedCost);
        }

        Change corrected(long used, int requests) {
            return new Change(account, at, 0, used, requests, BigDecimal.ZERO, usedCost);
        }
    }
}
