package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.quota.QuotaExceededException.Limit;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Reservations and settlements on a real PostgreSQL. */
class QuotaTest {
    private static final UUID PROCESS = UUID.randomUUID();

    private final TestPlatform platform = TestPlatform.shared();
    private final Quota quota = platform.get(Quota.class);
    private final TransactionOperations transactions = platform.get(TransactionOperations.class);

    @Test
    void reservesThenSettlesWhatWasUsed() {
        var tenant = tenant(10, tokens(Period.MONTH, 1000));
        var id = reserve(tenant, 300);
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(0L, 300L);
        assertThat(settle(id, 100, 50)).isEqualTo(new Settlement(100, 50, false));
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(150L, 0L);
        assertThat(usage(tenant).byModel()).containsExactly(new TenantUsage.ByModel("tiny", 1, 100, 50));
    }

    @Test
    void anUnlimitedTenantIsCountedToo() {
        var tenant = tenant(10);
        settle(reserve(tenant, 300), 1, 2);
        assertThat(usage(tenant).windows())
                .hasSize(3)
                .allSatisfy(window -> assertThat(window.limit()).isEmpty());
        assertThat(platform.counted(tenant)).hasSize(3).containsOnly(new TestPlatform.Counted(3, 0));
    }

    @Test
    void refusesWhatTheWindowDoesNotHoldAndLeavesNothingBehind() {
        var tenant = tenant(10, tokens(Period.DAY, 1000), tokens(Period.MONTH, 1100));
        settle(reserve(tenant, 900), 900, 0);
        assertThat(refused(tenant, 150).limit()).isEqualTo(Limit.TOKENS);
        assertThat(refused(tenant, 250).limit()).isEqualTo(Limit.BUDGET);
        assertThat(refused(tenant, 150).retryAfter()).isBetween(Duration.ZERO, Duration.ofDays(1));
        assertThat(platform.counted(tenant)).hasSize(3).containsOnly(new TestPlatform.Counted(900, 0));
        reserve(tenant, 100);
    }

    @Test
    void aRequestThatNeverFitsIsNotWorthRepeating() {
        assertThat(refused(tenant(10, tokens(Period.MINUTE, 10)), 11).limit()).isEqualTo(Limit.BUDGET);
    }

    @Test
    void countsRequests() {
        var tenant = tenant(10, new Tenant.Window(Period.DAY, OptionalLong.empty(), OptionalLong.of(2)));
        reserve(tenant, 1);
        refund(reserve(tenant, 1));
        reserve(tenant, 1);
        assertThat(refused(tenant, 1).limit()).isEqualTo(Limit.REQUESTS);
    }

    @Test
    void tellsTheTightestWindows() {
        var tenant = tenant(10, tokens(Period.DAY, 5000), tokens(Period.MONTH, 1000));
        var snapshot = transactions.execute(status -> quota.reserve(claim(tenant, 300)));
        assertThat(snapshot.requests()).isEmpty();
        assertThat(snapshot.tokens()).hasValueSatisfying(room -> {
            assertThat(room.limit()).isEqualTo(1000);
            assertThat(room.remaining()).isEqualTo(700);
            assertThat(room.reset()).isPositive().isLessThanOrEqualTo(Duration.ofDays(31));
        });
    }

    @Test
    void boundsConcurrentRequests() {
        var tenant = tenant(2);
        var first = reserve(tenant, 1);
        reserve(tenant, 1);
        assertThat(refused(tenant, 1).limit()).isEqualTo(Limit.CONCURRENCY);
        settle(first, 1, 0);
        reserve(tenant, 1);
    }

    @Test
    void extendsOnlyWithinTheLimit() {
        var tenant = tenant(2, tokens(Period.MONTH, 1000));
        var id = reserve(tenant, 700);
        assertThat(extend(id, 256)).isTrue();
        assertThat(extend(id, 256)).isFalse();
        assertThat(month(tenant).reserved()).isEqualTo(956);
        settle(id, 500, 456);
        assertThat(month(tenant).used()).isEqualTo(956);
        assertThat(extend(id, 1)).isFalse();
    }

    @Test
    void aReservationKeepsTheWindowItWasMadeIn() {
        var tenant = tenant(2, tokens(Period.MONTH, 1000));
        var id = reserve(tenant, 100);
        var earlier = Instant.parse("2024-02-29T23:59:59.999999Z");
        platform.superuser()
                .sql("UPDATE reservation SET made_at = ?::timestamptz WHERE id = ?")
                .params(earlier.toString(), id)
                .update();
        platform.superuser().sql("""
            UPDATE quota_window SET starts_at = date_trunc(period, timestamptz '2024-02-29T23:59:59.999999Z', 'UTC') WHERE tenant = ?\
            """).param(tenant).update();
        settle(id, 60, 6);
        assertThat(month(tenant).used()).isZero();
        assertThat(platform.jdbc()
                        .sql("SELECT starts_at::text || ' ' || used FROM quota_window WHERE tenant = ? AND used ="
                                + " 66 AND reserved = 0 ORDER BY period")
                        .param(tenant)
                        .query(String.class)
                        .list())
                .containsExactly("2024-02-29 00:00:00+00 66", "2024-02-29 23:59:00+00 66", "2024-02-01 00:00:00+00 66");
    }

    @Test
    void windowsBeginAndEndWithTheCalendar() {
        var windows = new QuotaWindows(platform.jdbc());
        var at = java.time.OffsetDateTime.parse("2024-12-31T23:59:59.999999-05:00"); // 2025-01-01T04:59:59Z
        assertThat(windows.at("nobody", at))
                .extracting(QuotaWindow::startsAt, QuotaWindow::endsAt)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2025-01-01T04:59:00Z"), Instant.parse("2025-01-01T05:00:00Z")),
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2025-01-01T00:00:00Z"), Instant.parse("2025-01-02T00:00:00Z")),
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2025-01-01T00:00:00Z"), Instant.parse("2025-02-01T00:00:00Z")));
    }

    @Test
    void losesWhatItsHolderAbandonedAndCorrectsItWhenHeReturns() {
        var tenant = tenant(2);
        var id = reserve(tenant, 100);
        transactions.executeWithoutResult(status -> quota.renew(id, 7));
        var lost = transactions.execute(status -> quota.lose(id)).orElseThrow();
        assertThat(lost.promptTokens() + lost.completionTokens()).isEqualTo(10 + 7);
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(17L, 0L);
        assertThat(transactions.execute(status -> quota.lose(id)).isPresent()).isFalse();
        assertThat(settle(id, 10, 20)).isEqualTo(new Settlement(0, 13, true));
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(30L, 0L);
        assertThat(transactions.execute(status -> quota.settle(id, 10, 20)).isPresent())
                .isFalse();
    }

    @Test
    void findsTheReservationsOfOtherProcessesAndExpiredOnes() {
        var tenant = tenant(9);
        var mine = reserve(tenant, 1);
        assertThat(quota.abandoned(PROCESS, false, 1000)).doesNotContain(mine);
        assertThat(quota.abandoned(UUID.randomUUID(), true, 1000)).doesNotContain(mine);
        assertThat(quota.abandoned(UUID.randomUUID(), false, 1000)).contains(mine);
        platform.jdbc()
                .sql("UPDATE reservation SET lease_end = clock_timestamp() WHERE id = ?")
                .param(mine)
                .update();
        assertThat(quota.abandoned(PROCESS, true, 1000)).contains(mine);
    }

    @Test
    void neverPassesALimitWhoeverAsksAtTheSameTime() throws Exception {
        var tenant = tenant(5, tokens(Period.DAY, 2000), tokens(Period.MONTH, 3000));
        var used = new AtomicLong();
        var refused = new AtomicLong();
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<Void> client = () -> {
                for (int i = 0; i < 40; i++) {
                    work(tenant, used, refused);
                }
                return null;
            };
            for (var done : threads.invokeAll(
                    IntStream.range(0, 8).mapToObj(i -> client).toList())) {
                done.get();
            }
        }
        assertThat(refused.get()).isPositive();
        assertThat(used.get()).isGreaterThan(1500).isLessThanOrEqualTo(2000);
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(used.get(), 0L);
        assertThat(usage(tenant).promptTokens() + usage(tenant).completionTokens())
                .isEqualTo(used.get());
    }

    private void work(String tenant, AtomicLong used, AtomicLong refused) {
        int tokens = ThreadLocalRandom.current().nextInt(10, 60);
        try {
            var id = reserve(tenant, tokens);
            assertThat(platform.jdbc()
                            .sql("SELECT count(*) FROM reservation WHERE tenant = ? AND state = 'open'")
                            .param(tenant)
                            .query(Long.class)
                            .single())
                    .isLessThanOrEqualTo(5);
            extend(id, 8);
            var settled = settle(id, 5, ThreadLocalRandom.current().nextInt(tokens - 5));
            used.addAndGet(settled.promptTokens() + settled.completionTokens());
        } catch (QuotaExceededException e) {
            refused.incrementAndGet();
        }
    }

    private String tenant(int maxConcurrent, Tenant.Window... windows) {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class)
                .create(Actor.SYSTEM, new Tenant(id, List.copyOf(Arrays.asList(windows)), maxConcurrent, 1));
        return id;
    }

    private static Tenant.Window tokens(Period period, long limit) {
        return new Tenant.Window(period, OptionalLong.of(limit), OptionalLong.empty());
    }

    private static Claim claim(String tenant, long tokens) {
        return new Claim(UUID.randomUUID(), PROCESS, tenant, "bl_test", "tiny", "req-1", tokens, Math.min(10, tokens));
    }

    private UUID reserve(String tenant, long tokens) {
        var claim = claim(tenant, tokens);
        transactions.executeWithoutResult(status -> quota.reserve(claim));
        return claim.id();
    }

    private QuotaExceededException refused(String tenant, long tokens) {
        var thrown = org.assertj.core.api.Assertions.catchThrowableOfType(
                QuotaExceededException.class, () -> reserve(tenant, tokens));
        assertThat(thrown).isNotNull();
        return thrown;
    }

    private boolean extend(UUID id, long tokens) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            boolean extended = quota.extend(id, tokens, 0);
            if (!extended) {
                status.setRollbackOnly();
            }
            return extended;
        }));
    }

    private Settlement settle(UUID id, long prompt, long completion) {
        return transactions
                .execute(status -> quota.settle(id, prompt, completion))
                .orElseThrow();
    }

    private void refund(UUID id) {
        transactions.executeWithoutResult(status -> quota.refund(id));
    }

    private TenantUsage usage(String tenant) {
        return platform.get(UsageReports.class)
                .usage(tenant, Instant.EPOCH, Instant.now().plusSeconds(60));
    }

    private TenantUsage.Window month(String tenant) {
        return usage(tenant).windows().stream()
                .filter(window -> window.period() == Period.MONTH)
                .findFirst()
                .orElseThrow();
    }
}
