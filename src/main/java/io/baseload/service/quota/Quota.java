package io.baseload.service.quota;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger of tokens. Every method belongs into a transaction of the caller's; an exception must roll it back. Rows are locked in one order everywhere: tenant,
 * reservation, windows, and the audit trail's head after them. Time is the database's.
 */
public final class Quota {
    private final JdbcClient jdbc;
    private final QuotaWindows windows;
    private final Duration lease;

    /** @param lease how long a reservation holds without being renewed */
    public Quota(JdbcClient jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.windows = new QuotaWindows(jdbc);
        this.lease = lease;
    }

    public Duration lease() {
        return lease;
    }

    /**
     * Reserves tokens and a place among the tenant's concurrent requests.
     *
     * @throws QuotaExceededException if a limit leaves no room
     */
    public QuotaSnapshot reserve(Claim claim) {
        var tenant = lockTenant(claim.tenant());
        var taken = windows.take(claim.tenant(), tenant.now(), claim.tokens(), 1);
        if (taken.size() < QuotaWindows.COUNT) {
            var full = new ArrayList<>(windows.at(claim.tenant(), tenant.now()));
            full.removeAll(taken);
            throw Refusal.of(full, claim.tokens(), tenant.now().toInstant());
        }
        if (!open(claim, tenant)) {
            throw Refusal.concurrency(tenant.maxConcurrent());
        }
        return Snapshots.of(taken, tenant.now().toInstant());
    }

    /** Reserves more tokens for a running request, in the windows it was made in, and renews its lease; false if a limit leaves no room or it is no longer open. */
    public boolean extend(UUID reservation, long tokens, long completionTokens) {
        return jdbc.sql("""
            UPDATE reservation SET tokens = tokens + :tokens, completion_tokens = :completion,
              lease_end = clock_timestamp() + :lease * interval '1 ms'
            WHERE id = :id AND state = 'open' RETURNING tenant, made_at\
            """)
                .param("tokens", tokens)
                .param("completion", completionTokens)
                .param("lease", lease.toMillis())
                .param("id", reservation)
                .query((row, number) ->
                        new Made(row.getString("tenant"), row.getObject("made_at", OffsetDateTime.class), 0))
                .optional()
                .filter(made ->
                        windows.take(made.tenant(), made.at(), tokens, 0).size() == QuotaWindows.COUNT)
                .isPresent();
    }

    /** Renews a running request's lease and tells how many tokens its answers have; false if it is no longer open. */
    public boolean renew(UUID reservation, long completionTokens) {
        return jdbc.sql("""
            UPDATE reservation SET completion_tokens = ?, lease_end = clock_timestamp() + ? * interval '1 ms'
            WHERE id = ? AND state = 'open'\
            """)
                        .params(completionTokens, lease.toMillis(), reservation)
                        .update()
                == 1;
    }

    /** Ends a reservation with what was really computed. One that was settled as lost meanwhile is corrected; one that was settled already gives nothing. */
    public Optional<Settlement> settle(UUID reservation, long promptTokens, long completionTokens) {
        var open = end(reservation, "settled", promptTokens, completionTokens);
        if (open.isEmpty()) {
            return correct(reservation, promptTokens, completionTokens);
        }
        windows.settle(open.get().tenant(), open.get().at(), open.get().tokens(), promptTokens + completionTokens, 0);
        return Optional.of(new Settlement(promptTokens, completionTokens, false));
    }

    /** Undoes a reservation whose request was never begun; false if it is not open. */
    public boolean refund(UUID reservation) {
        var made = end(reservation, "refused", 0, 0);
        made.ifPresent(it -> windows.settle(it.tenant(), it.at(), it.tokens(), 0, 1));
        return made.isPresent();
    }

    /** Open reservations whose lease is over or whose process is not this one; oldest first. */
    public List<UUID> abandoned(UUID process, boolean onlyExpired, int limit) {
        return jdbc.sql("""
            SELECT id FROM reservation
            WHERE state = 'open' AND (lease_end < clock_timestamp() OR (NOT :expired AND process <> :process))
            ORDER BY made_at LIMIT :limit\
            """)
                .param("expired", onlyExpired)
                .param("process", process)
                .param("limit", limit)
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Settles an abandoned reservation with its prompt and the tokens it last told of; empty if it was ended meanwhile. */
    public Optional<Lost> lose(UUID reservation) {
        return jdbc.sql("""
            UPDATE reservation SET state = 'lost', ended_at = clock_timestamp() WHERE id = ? AND state = 'open'
            RETURNING *, (extract(epoch FROM ended_at - made_at) * 1000)::bigint AS milliseconds\
            """)
                .param(reservation)
                .query((row, number) -> {
                    var lost = new Lost(
                            reservation,
                            row.getString("tenant"),
                            row.getString("key_prefix"),
                            row.getString("model"),
                            row.getString("request_id"),
                            row.getLong("prompt_tokens"),
                            row.getLong("completion_tokens"),
                            row.getLong("milliseconds"));
                    var made = new Made(
                            lost.tenant(), row.getObject("made_at", OffsetDateTime.class), row.getLong("tokens"));
                    return Map.entry(lost, made);
                })
                .optional()
                .map(entry -> {
                    var lost = entry.getKey();
                    var made = entry.getValue();
                    windows.settle(
                            made.tenant(), made.at(), made.tokens(), lost.promptTokens() + lost.completionTokens(), 0);
                    return lost;
                });
    }

    /** Forgets windows that nobody asks about any more. */
    public void prune() {
        windows.prune();
    }

    private Locked lockTenant(String id) {
        return jdbc.sql("SELECT max_concurrent, clock_timestamp() AS now FROM tenant WHERE id = ? FOR NO KEY UPDATE")
                .param(id)
                .query((row, number) ->
                        new Locked(row.getInt("max_concurrent"), row.getObject("now", OffsetDateTime.class)))
                .optional()
                .orElseThrow(() -> new io.baseload.service.tenant.UnknownTenantException(id));
    }

    private boolean open(Claim claim, Locked tenant) {
        return jdbc.sql("""
            INSERT INTO reservation (id, tenant, key_prefix, model, request_id, process, made_at, lease_end, tokens, prompt_tokens)
            SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
            WHERE (SELECT count(*) FROM reservation WHERE tenant = ? AND state = 'open') < ?\
            """)
                        .params(
                                claim.id(),
                                claim.tenant(),
                                claim.keyPrefix(),
                                claim.model(),
                                claim.requestId(),
                                claim.process(),
                                tenant.now(),
                                tenant.now().plus(lease),
                                claim.tokens(),
                                claim.promptTokens(),
                                claim.tenant(),
                                tenant.maxConcurrent())
                        .update()
                == 1;
    }

    private Optional<Made> end(UUID reservation, String state, long promptTokens, long completionTokens) {
        return jdbc.sql("""
            UPDATE reservation SET state = ?, prompt_tokens = ?, completion_tokens = ?, ended_at = clock_timestamp()
            WHERE id = ? AND state = 'open' RETURNING tenant, made_at, tokens\
            """)
                .params(state, promptTokens, completionTokens, reservation)
                .query((row, number) -> new Made(
                        row.getString("tenant"), row.getObject("made_at", OffsetDateTime.class), row.getLong("tokens")))
                .optional();
    }

    private Optional<Settlement> correct(UUID reservation, long promptTokens, long completionTokens) {
        return jdbc.sql("""
            UPDATE reservation r SET state = 'corrected', prompt_tokens = :prompt, completion_tokens = :completion
            FROM (SELECT id, prompt_tokens, completion_tokens FROM reservation WHERE id = :id AND state = 'lost' FOR UPDATE) o
            WHERE r.id = o.id
            RETURNING r.tenant, r.made_at, :prompt - o.prompt_tokens AS prompt, :completion - o.completion_tokens AS completion\
            """)
                .param("prompt", promptTokens)
                .param("completion", completionTokens)
                .param("id", reservation)
                .query((row, number) -> {
                    var settlement = new Settlement(row.getLong("prompt"), row.getLong("completion"), true);
                    return Map.entry(
                            settlement,
                            new Made(row.getString("tenant"), row.getObject("made_at", OffsetDateTime.class), 0));
                })
                .optional()
                .map(entry -> {
                    var added = entry.getKey();
                    var made = entry.getValue();
                    windows.settle(made.tenant(), made.at(), 0, added.promptTokens() + added.completionTokens(), 0);
                    return added;
                });
    }

    private record Locked(int maxConcurrent, OffsetDateTime now) {}

    private record Made(String tenant, OffsetDateTime at, long tokens) {}
}
