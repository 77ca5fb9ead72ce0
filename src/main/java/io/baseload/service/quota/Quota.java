package io.baseload.service.quota;

import io.baseload.service.quota.QuotaWindows.Change;
import io.baseload.service.tenant.UnknownTenantException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger of tokens, for any number of processes at once. Every method belongs into a transaction of the caller's; an exception must roll it back.
 *
 * <p>Many reservations or settlements go into one transaction: a commit waits for the disk, and whatever one tenant reserves waits for the tenant's row, so the
 * number of requests per second is the number of commits times those in each. The rows are locked, then all is decided here, in the order of the list, and written
 * once.
 *
 * <p>Rows are locked in one order everywhere: tenants, reservations, windows, and the audit trail's head after them; of one kind in the order of their keys. Time is
 * the database's.
 */
public final class Quota {
    private static final String TENANTS =
            "SELECT id, max_concurrent, clock_timestamp() AS now FROM tenant WHERE id = ANY(:ids)";

    private final JdbcClient jdbc;
    private final QuotaWindows windows;

    public Quota(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.windows = new QuotaWindows(jdbc);
    }

    /** Reserves tokens and places among the tenant's concurrent answers for each that finds room; one that finds none takes nothing from the others. */
    public List<QuotaDecision> reserve(List<Reservation> wanted) {
        var tenants = new HashSet<String>();
        wanted.forEach(one -> tenants.add(one.tenant()));
        var limits = limits(TENANTS + " ORDER BY id FOR NO KEY UPDATE", tenants);
        if (limits.isEmpty()) {
            return wanted.stream().map(one -> unknown(one.tenant())).toList();
        }
        var now = limits.values().iterator().next().now();
        var rooms = new HashMap<String, TenantRoom>();
        var running = running(limits.keySet());
        windows.lock(limits.keySet(), now)
                .forEach((tenant, present) -> rooms.put(
                        tenant,
                        new TenantRoom(
                                present,
                                running.getOrDefault(tenant, 0L),
                                Objects.requireNonNull(limits.get(tenant)).maxConcurrent())));
        var decisions = new ArrayList<QuotaDecision>();
        var granted = new ArrayList<Reservation>();
        for (Reservation one : wanted) {
            var room = rooms.get(one.tenant());
            var decision =
                    room == null ? unknown(one.tenant()) : room.take(one.answers(), one.tokens(), now.toInstant());
            if (decision instanceof QuotaDecision.Granted) {
                granted.add(one);
            }
            decisions.add(decision);
        }
        if (!granted.isEmpty()) {
            windows.add(granted.stream()
                    .map(it -> new Change(it.tenant(), now, it.tokens(), 0, 1))
                    .toList());
            insert(granted, now);
        }
        return decisions;
    }

    /**
     * Says what {@link #reserve} would say now of each demand alone. Locks and writes nothing: an answer for those who are not worth any work, never a promise to the others.
     */
    public List<QuotaDecision> check(List<QuotaDemand> demands) {
        var tenants = new HashSet<String>();
        demands.forEach(demand -> tenants.add(demand.tenant()));
        var limits = limits(TENANTS, tenants);
        var running = running(tenants);
        var present = limits.isEmpty()
                ? Map.<String, List<QuotaWindow>>of()
                : windows.at(tenants, limits.values().iterator().next().now());
        return demands.stream()
                .map(demand -> {
                    var limit = limits.get(demand.tenant());
                    return limit == null
                            ? unknown(demand.tenant())
                            : new TenantRoom(
                                            present.getOrDefault(demand.tenant(), List.of()),
                                            running.getOrDefault(demand.tenant(), 0L),
                                            limit.maxConcurrent())
                                    .take(
                                            demand.answers(),
                                            demand.tokens(),
                                            limit.now().toInstant());
                })
                .toList();
    }

    /** Reserves more tokens for a running request, in the windows it was made in; false if a limit leaves no room or it is no longer open. */
    public boolean extend(UUID reservation, long tokens) {
        var made = jdbc.sql("SELECT id, tenant, made_at, tokens FROM reservation WHERE id = ? AND state = 'open' FOR"
                        + " UPDATE")
                .param(reservation)
                .query(Made::read)
                .optional();
        if (made.isEmpty()) {
            return false;
        }
        var tenant = made.get().tenant();
        var at = made.get().at();
        var present = windows.lock(List.of(tenant), at).get(tenant);
        boolean room = present != null && present.stream().noneMatch(it -> it.refusesTokens(tokens));
        if (room) {
            windows.add(List.of(new Change(tenant, at, tokens, 0, 0)));
            jdbc.sql("UPDATE reservation SET tokens = tokens + ? WHERE id = ? AND state = 'open'")
                    .params(tokens, reservation)
                    .update();
        }
        return room;
    }

    /** Tells how many tokens the answers of running requests have: what they pay should their process be lost. */
    public void progress(Map<UUID, Long> completionTokens) {
        var ids = List.copyOf(completionTokens.keySet());
        jdbc.sql("""
            UPDATE reservation r SET completion_tokens = o.tokens
            FROM (SELECT l.id, l.made_at, u.tokens FROM reservation l JOIN unnest(:ids::uuid[], :tokens::bigint[]) u(id, tokens) ON l.id = u.id
                  WHERE l.state = 'open' ORDER BY l.id FOR UPDATE OF l SKIP LOCKED) o
            WHERE r.id = o.id AND r.made_at = o.made_at AND r.state = 'open'\
            """)
                .param("ids", texts(ids, UUID::toString))
                .param("tokens", ids.stream().map(completionTokens::get).toArray(Long[]::new))
                .update();
    }

    /** Ends reservations with what was really computed. One that was settled as lost meanwhile is corrected; one that was ended already gives nothing. */
    public List<Settlement> settle(List<Settlement> ends) {
        var byId = new HashMap<UUID, Settlement>();
        ends.forEach(end -> byId.put(end.reservation(), end));
        var settlements = new ArrayList<Settlement>();
        var changes = new ArrayList<Change>();
        for (Made made : close(ends)) {
            var end = Objects.requireNonNull(byId.remove(made.id()));
            long used = end.promptTokens() + end.completionTokens();
            changes.add(new Change(made.tenant(), made.at(), -made.tokens(), used, refused(end) ? -1 : 0));
            settlements.add(end);
        }
        byId.values().removeIf(Quota::refused);
        if (!byId.isEmpty()) {
            correct(byId.values(), settlements, changes);
        }
        if (!changes.isEmpty()) {
            windows.add(changes);
        }
        return settlements;
    }

    /** Settles open reservations whose process has no lease any more, with their prompt and the tokens they last told of. Several processes may do so at once. */
    public List<LostReservation> lose(int limit) {
        var lost = new ArrayList<LostReservation>();
        var changes = new ArrayList<Change>();
        jdbc.sql("""
            UPDATE reservation r SET state = 'lost', ended_at = clock_timestamp()
            FROM (SELECT id, made_at FROM reservation o
                  WHERE state = 'open' AND NOT EXISTS (SELECT FROM instance i WHERE i.id = o.instance)
                  ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED) o
            WHERE r.id = o.id AND r.made_at = o.made_at AND r.state = 'open'
            RETURNING r.*, (extract(epoch FROM r.ended_at - r.made_at) * 1000)::bigint AS milliseconds\
            """).param(limit).query(row -> {
            var reservation = read(row);
            long completion = row.getLong("completion_tokens");
            lost.add(new LostReservation(reservation, completion, row.getLong("milliseconds")));
            changes.add(new Change(
                    reservation.tenant(),
                    row.getObject("made_at", OffsetDateTime.class),
                    -reservation.tokens(),
                    reservation.promptTokens() + completion,
                    0));
        });
        if (!changes.isEmpty()) {
            windows.add(changes);
        }
        return lost;
    }

    /** Open reservations of a process that are older than this, at most a thousand. */
    public List<Reservation> open(UUID instance, Duration age) {
        return jdbc.sql("""
            SELECT * FROM reservation
            WHERE state = 'open' AND instance = ? AND made_at < clock_timestamp() - ? * interval '1 ms' ORDER BY made_at LIMIT 1000\
            """)
                .params(instance, age.toMillis())
                .query((row, number) -> read(row))
                .list();
    }

    /** Forgets windows that nobody asks about any more. */
    public void prune() {
        windows.prune();
    }

    /** Makes the partitions of the next months; with a retention, drops those that are older. */
    public void partition(Optional<Duration> retention) {
        jdbc.sql("SELECT reservation_partitions(?::bigint * interval '1 s')::text")
                .param(retention.map(Duration::toSeconds).orElse(null))
                .query(String.class)
                .list();
    }

    private static Reservation read(ResultSet row) throws SQLException {
        return new Reservation(
                row.getObject("id", UUID.class),
                row.getObject("instance", UUID.class),
                row.getString("tenant"),
                row.getString("key_prefix"),
                row.getString("model"),
                row.getString("request_id"),
                row.getInt("answers"),
                row.getLong("tokens"),
                row.getLong("prompt_tokens"));
    }

    private Map<String, Limits> limits(String query, Collection<String> ids) {
        var limits = new HashMap<String, Limits>();
        jdbc.sql(query).param("ids", ids.toArray(String[]::new)).query(row -> {
            var limit = new Limits(row.getInt("max_concurrent"), row.getObject("now", OffsetDateTime.class));
            limits.put(row.getString("id"), limit);
        });
        return limits;
    }

    private Map<String, Long> running(Collection<String> tenants) {
        var running = new HashMap<String, Long>();
        jdbc.sql("SELECT tenant, sum(answers) FROM reservation WHERE state = 'open' AND tenant = ANY(:tenants)"
                        + " GROUP BY tenant")
                .param("tenants", tenants.toArray(String[]::new))
                .query(row -> {
                    running.put(row.getString(1), row.getLong(2));
                });
        return running;
    }

    private void insert(List<Reservation> granted, OffsetDateTime now) {
        jdbc.sql("""
            INSERT INTO reservation (id, tenant, key_prefix, model, request_id, instance, made_at, answers, tokens, prompt_tokens)
            SELECT u.id, u.tenant, u.key_prefix, u.model, u.request_id, u.instance, :now, u.answers, u.tokens, u.prompt_tokens
            FROM unnest(:ids::uuid[], :tenants::text[], :prefixes::text[], :models::text[], :requests::text[], :instances::uuid[],
                        :answers::integer[], :tokens::bigint[], :prompts::bigint[])
                 u(id, tenant, key_prefix, model, request_id, instance, answers, tokens, prompt_tokens)\
            """)
                .param("now", now)
                .param("ids", texts(granted, it -> it.id().toString()))
                .param("tenants", texts(granted, Reservation::tenant))
                .param("prefixes", texts(granted, Reservation::keyPrefix))
                .param("models", texts(granted, Reservation::model))
                .param("requests", texts(granted, Reservation::requestId))
                .param("instances", texts(granted, it -> it.instance().toString()))
                .param("answers", granted.stream().map(Reservation::answers).toArray(Integer[]::new))
                .param("tokens", granted.stream().map(Reservation::tokens).toArray(Long[]::new))
                .param(
                        "prompts",
                        granted.stream().map(Reservation::promptTokens).toArray(Long[]::new))
                .update();
    }

    private List<Made> close(List<Settlement> ends) {
        return jdbc.sql("""
            UPDATE reservation r SET state = CASE WHEN u.refused THEN 'refused' ELSE 'settled' END,
              prompt_tokens = u.prompt, completion_tokens = u.completion, ended_at = clock_timestamp()
            FROM unnest(:ids::uuid[], :prompts::bigint[], :completions::bigint[], :refused::boolean[]) u(id, prompt, completion, refused)
            WHERE r.id = u.id AND r.state = 'open' RETURNING r.id, r.tenant, r.made_at, r.tokens\
            """)
                .params(parameters(ends))
                .param("refused", ends.stream().map(Quota::refused).toArray(Boolean[]::new))
                .query(Made::read)
                .list();
    }

    private void correct(Collection<Settlement> ends, List<Settlement> settlements, List<Change> changes) {
        jdbc.sql("""
            UPDATE reservation r SET state = 'corrected', prompt_tokens = o.prompt, completion_tokens = o.completion
            FROM (SELECT l.id, l.made_at, l.prompt_tokens, l.completion_tokens, u.prompt, u.completion FROM reservation l
                  JOIN unnest(:ids::uuid[], :prompts::bigint[], :completions::bigint[]) u(id, prompt, completion) ON l.id = u.id
                  WHERE l.state = 'lost' FOR UPDATE OF l) o
            WHERE r.id = o.id AND r.made_at = o.made_at
            RETURNING r.id, r.tenant, r.made_at, o.prompt - o.prompt_tokens AS prompt, o.completion - o.completion_tokens AS completion\
            """).params(parameters(ends)).query(row -> {
            var late = new Settlement(
                    row.getObject("id", UUID.class),
                    row.getLong("prompt"),
                    row.getLong("completion"),
                    Settlement.State.CORRECTED);
            settlements.add(late);
            changes.add(new Change(
                    row.getString("tenant"),
                    row.getObject("made_at", OffsetDateTime.class),
                    0,
                    late.promptTokens() + late.completionTokens(),
                    0));
        });
        windows.restore(changes);
    }

    private static Map<String, Object> parameters(Collection<Settlement> ends) {
        return Map.of(
                "ids", texts(ends, end -> end.reservation().toString()),
                "prompts", ends.stream().map(Settlement::promptTokens).toArray(Long[]::new),
                "completions", ends.stream().map(Settlement::completionTokens).toArray(Long[]::new));
    }

    private static boolean refused(Settlement end) {
        return end.state() == Settlement.State.REFUSED;
    }

    private static <T> String[] texts(Collection<T> all, Function<T, String> text) {
        return all.stream().map(text).toArray(String[]::new);
    }

    private static QuotaDecision unknown(String tenant) {
        return new QuotaDecision.Refused(new UnknownTenantException(tenant));
    }

    private record Limits(int maxConcurrent, OffsetDateTime now) {}

    private record Made(UUID id, String tenant, OffsetDateTime at, long tokens) {
        static Made read(ResultSet row, int number) throws SQLException {
            return new Made(
                    row.getObject("id", UUID.class),
                    row.getString("tenant"),
                    row.getObject("made_at", OffsetDateTime.class),
                    row.getLong("tokens"));
        }
    }

    /** What a tenant's locked windows leave, while a list is decided. */
    private static final class TenantRoom {
        private List<QuotaWindow> windows;
        private long running;
        private final int maxConcurrent;

        TenantRoom(List<QuotaWindow> windows, long running, int maxConcurrent) {
            this.windows = windows;
            this.running = running;
            this.maxConcurrent = maxConcurrent;
        }

        QuotaDecision take(int answers, long tokens, Instant now) {
            var refusal = new Refusal(windows, now);
            var exceeded = refusal.of(tokens);
            if (exceeded.isPresent()) {
                return new QuotaDecision.Refused(exceeded.get());
            }
            if (running + answers > maxConcurrent) {
                return new QuotaDecision.Refused(refusal.concurrency(answers, maxConcurrent));
            }
            windows = windows.stream().map(window -> window.with(tokens)).toList();
            running += answers;
            return new QuotaDecision.Granted(Snapshots.of(windows, now));
        }
    }
}
