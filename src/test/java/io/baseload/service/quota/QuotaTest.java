package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.QuotaExceededException.Limit;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownTenantException;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Reservations and settlements on a real PostgreSQL. */
class QuotaTest {
    private static final UUID INSTANCE = UUID.randomUUID();

    private final TestPlatform platform = TestPlatform.shared();
    private final Quota quota = platform.get(Quota.class);
    private final TransactionOperations transactions = platform.get(TransactionOperations.class);

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @Test
    void reservesThenSettlesWhatWasUsed() {
        var tenant = tenant(10, tokens(Period.MONTH, 1000));
        var id = reserve(tenant, 300);
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(0L, 300L);
        assertThat(settle(id, 100, 50)).isEqualTo(new Settlement(id, 100, 50, Settlement.State.SETTLED));
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
        var tenant = tenant(10, new UsageBudget(Period.DAY, OptionalLong.empty(), OptionalLong.of(2)));
        reserve(tenant, 1);
        refund(reserve(tenant, 1));
        reserve(tenant, 1);
        assertThat(refused(tenant, 1).limit()).isEqualTo(Limit.REQUESTS);
    }

    @Test
    void reportsTheTightestWindows() {
        var tenant = tenant(10, tokens(Period.DAY, 5000), tokens(Period.MONTH, 1000));
        var snapshot = ((QuotaDecision.Granted) admit(wish(tenant, 300)).getFirst()).quota();
        assertThat(snapshot.requests()).isEmpty();
        assertThat(snapshot.tokens()).hasValueSatisfying(room -> {
            assertThat(room.limit()).isEqualTo(1000);
            assertThat(room.remaining()).isEqualTo(700);
            assertThat(room.reset()).isPositive().isLessThanOrEqualTo(Duration.ofDays(31));
        });
    }

    @Test
    void boundsAnswersAtTheSameTimeHoweverManyRequestsTheyComeIn() {
        var tenant = tenant(9);
        var eight = wish(tenant, 8, 8);
        var decisions = admit(eight, wish(tenant, 2, 2), wish(tenant, 1, 1), wish(tenant, 1, 1));
        assertThat(decisions)
                .map(decision -> decision instanceof QuotaDecision.Granted)
                .containsExactly(true, false, true, false);
        assertThat(refusal(decisions.get(1)).limit()).isEqualTo(Limit.CONCURRENCY);
        settle(eight.id(), 8, 0);
        assertThat(admit(wish(tenant, 8, 8)).getFirst()).isInstanceOf(QuotaDecision.Granted.class);
        assertThat(refusal(admit(wish(tenant, 10, 10)).getFirst()).limit())
                .as("will never fit")
                .isEqualTo(Limit.BUDGET);
    }

    private static QuotaExceededException refusal(QuotaDecision decision) {
        return (QuotaExceededException) ((QuotaDecision.Refused) decision).reason();
    }

    @Test
    void aRefusalNamesItsWindowAndItsEnd() {
        var tenant = tenant(
                10,
                new UsageBudget(Period.MINUTE, OptionalLong.of(400), OptionalLong.empty()),
                new UsageBudget(Period.DAY, OptionalLong.of(1000), OptionalLong.of(2)),
                tokens(Period.MONTH, 1100));
        reserve(tenant, 300);
        var tokens = refused(tenant, 750);
        assertThat(tokens.quota().tokens())
                .hasValue(new QuotaSnapshot.Room(1000, 700, tokens.retryAfter())); // not the minute's: that ends first
        assertThat(tokens.quota().requests().orElseThrow().remaining()).isEqualTo(1);
        reserve(tenant, 1);
        var requests = refused(tenant, 1);
        assertThat(requests.limit()).isEqualTo(Limit.REQUESTS);
        assertThat(requests.quota().requests()).hasValue(new QuotaSnapshot.Room(2, 0, requests.retryAfter()));
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
        assertThat(windows.at(List.of(new QuotaTerms.Account("nobody", "", "", "")), at))
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
        transactions.executeWithoutResult(status -> quota.progress(Map.of(id, 7L)));
        var lost = lose().stream()
                .filter(it -> it.reservation().id().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(lost.reservation().promptTokens() + lost.completionTokens()).isEqualTo(10 + 7);
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(17L, 0L);
        assertThat(lose()).isEmpty();
        assertThat(settle(id, 10, 20)).isEqualTo(new Settlement(id, 0, 13, Settlement.State.CORRECTED));
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved)
                .containsExactly(30L, 0L);
        assertThat(end(new Settlement(id, 10, 20, Settlement.State.SETTLED))).isEmpty();
    }

    @Test
    void correctsInWindowsThatWereForgotten() {
        var tenant = tenant(2);
        var id = reserve(tenant, 100);
        lose();
        platform.superuser()
                .sql("DELETE FROM quota_window WHERE tenant = ? AND period = 'minute'")
                .param(tenant)
                .update();
        assertThat(settle(id, 10, 20)).isEqualTo(new Settlement(id, 0, 20, Settlement.State.CORRECTED));
        assertThat(month(tenant).used()).isEqualTo(30);
    }

    @Test
    void aLostRequestThatNeverStartedIsGivenBack() {
        var tenant = tenant(2);
        var id = reserve(tenant, 100);
        transactions.executeWithoutResult(status -> quota.progress(Map.of(id, 7L)));
        lose();
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::requests)
                .containsExactly(17L, 1L);
        var refund = new Settlement(id, 0, 0, Settlement.State.REFUSED);
        assertThat(end(refund)).containsExactly(new Settlement(id, -10, -7, Settlement.State.CORRECTED));
        assertThat(end(refund)).isEmpty();
        assertThat(end(new Settlement(id, 10, 20, Settlement.State.SETTLED))).isEmpty();
        assertThat(month(tenant))
                .extracting(TenantUsage.Window::used, TenantUsage.Window::reserved, TenantUsage.Window::requests)
                .containsExactly(0L, 0L, 0L);
        assertThat(usage(tenant).byModel()).isEmpty();
        LedgerBooks.agree(platform, tenant, 3);
    }

    @Test
    void givesBackInWindowsThatWereForgotten() {
        var tenant = tenant(2);
        var id = reserve(tenant, 100);
        lose();
        platform.superuser()
                .sql("DELETE FROM quota_window WHERE tenant = ? AND period = 'minute'")
                .param(tenant)
                .update();
        assertThat(end(new Settlement(id, 0, 0, Settlement.State.REFUSED)))
                .containsExactly(new Settlement(id, -10, 0, Settlement.State.CORRECTED));
        LedgerBooks.agree(platform, tenant, 3);
    }

    @Test
    void losesNothingOfAProcessThatHasALease() {
        var tenant = tenant(2);
        var living = platform.get(Membership.class).lease().instance();
        var id = UUID.randomUUID();
        admit(new Reservation(id, living, tenant, "bl_test", "tiny", "req-1", false, 1, 10, 1));
        assertThat(lose()).noneMatch(lost -> lost.reservation().id().equals(id));
        assertThat(quota.open(living, Duration.ZERO))
                .extracting(Reservation::id)
                .contains(id);
        assertThat(quota.open(living, Duration.ofHours(1))).isEmpty();
        settle(id, 1, 1);
    }

    @Test
    void decidesAListInItsOrderAndTakesNothingForThoseItRefuses() {
        var one = tenant(2, tokens(Period.MONTH, 1000));
        var other = tenant(9, tokens(Period.MONTH, 100));
        var decisions = admit(
                wish(one, 600),
                wish(other, 101),
                wish(one, 600),
                wish("nobody", 1),
                wish(one, 400),
                wish(one, 0),
                wish(other, 100));
        assertThat(decisions)
                .map(decision -> decision instanceof QuotaDecision.Granted)
                .containsExactly(true, false, false, false, true, false, true);
        assertThat(((QuotaDecision.Refused) decisions.get(5)).reason())
                .isInstanceOfSatisfying(
                        QuotaExceededException.class, e -> assertThat(e.limit()).isEqualTo(Limit.CONCURRENCY));
        assertThat(((QuotaDecision.Refused) decisions.get(3)).reason()).isInstanceOf(UnknownTenantException.class);
        assertThat(month(one).reserved()).isEqualTo(1000);
        assertThat(month(other).reserved()).isEqualTo(100);
    }

    @Test
    void neverPassesALimitWhoeverAsksAtTheSameTime() throws Exception {
        var tenant = tenant(5, tokens(Period.DAY, 2000), tokens(Period.MONTH, 3000));
        var used = new AtomicLong();
        var refused = new AtomicLong();
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<Void> client = () -> {
                int decided = 0;
                while (decided
                        < 40) { // by the budgets: those who find no place ask again, however long others keep theirs
                    decided += work(tenant, used, refused) ? 1 : 0;
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

    private boolean work(String tenant, AtomicLong used, AtomicLong refused) {
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
            return true;
        } catch (QuotaExceededException e) {
            refused.incrementAndGet();
            return e.limit() != Limit.CONCURRENCY;
        }
    }

    private String tenant(int maxConcurrent, UsageBudget... windows) {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class)
                .create(Actor.SYSTEM, new Tenant(id, List.copyOf(Arrays.asList(windows)), maxConcurrent, 1));
        return id;
    }

    private static UsageBudget tokens(Period period, long limit) {
        return new UsageBudget(period, OptionalLong.of(limit), OptionalLong.empty());
    }

    private static Reservation wish(String tenant, long tokens) {
        return wish(tenant, tokens, 1);
    }

    private static Reservation wish(String tenant, long tokens, int answers) {
        return new Reservation(
                UUID.randomUUID(),
                INSTANCE,
                tenant,
                "bl_test",
                "tiny",
                "req-1",
                false,
                answers,
                tokens,
                Math.min(10, tokens));
    }

    private List<QuotaDecision> admit(Reservation... wishes) {
        return new PatientQuota(platform).reserve(List.of(wishes));
    }

    private UUID reserve(String tenant, long tokens) {
        var wish = wish(tenant, tokens);
        if (admit(wish).getFirst() instanceof QuotaDecision.Refused refused) {
            throw refused.reason();
        }
        return wish.id();
    }

    private List<LostReservation> lose() {
        return transactions.execute(status -> quota.lose(1000));
    }

    private List<Settlement> end(Settlement end) {
        return new PatientQuota(platform).settle(List.of(end));
    }

    private QuotaExceededException refused(String tenant, long tokens) {
        var thrown = org.assertj.core.api.Assertions.catchThrowableOfType(
                QuotaExceededException.class, () -> reserve(tenant, tokens));
        assertThat(thrown).isNotNull();
        return thrown;
    }

    private boolean extend(UUID id, long tokens) {
        return new PatientQuota(platform).extend(id, tokens);
    }

    private Settlement settle(UUID id, long prompt, long completion) {
        return end(new Settlement(id, prompt, completion, Settlement.State.SETTLED))
                .getFirst();
    }

    private void refund(UUID id) {
        end(new Settlement(id, 0, 0, Settlement.State.REFUSED));
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
