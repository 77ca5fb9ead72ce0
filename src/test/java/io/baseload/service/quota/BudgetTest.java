package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.service.audit.Actor;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.QuotaExceededException.Limit;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.service.tenant.UsageBudget.Scope;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Budgets of keys and models, in tokens, requests and money; on a real PostgreSQL. */
class BudgetTest {
    private final TestPlatform platform = TestPlatform.shared();
    private final Quota quota = platform.get(Quota.class);
    private final PatientQuota patient = new PatientQuota(platform);
    private final Tenants tenants = platform.get(Tenants.class);
    private final UUID instance = platform.get(Membership.class).lease().instance();

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @Test
    void aRequestCountsWhereverItBelongs() {
        var tenant = tenant(month("", 1000), month("large", 500));
        var key = key(tenant);
        var other = key(tenant);
        keyWindows(tenant, key, month("", 700), month("large", 200));
        reserve(tenant, key, "large", 150);
        assertThat(refused(tenant, key, "large", 51)).hasMessageContaining("this key's (model 'large') 200 tokens");
        assertThat(refused(tenant, key, "small", 551)).hasMessageContaining("this key's 700 tokens");
        reserve(tenant, other, "large", 350);
        assertThat(refused(tenant, other, "large", 1)).hasMessageContaining("the tenant's (model 'large') 500 tokens");
        reserve(tenant, other, "small", 100);
        reserve(tenant, key, "small", 400);
        assertThat(refused(tenant, key, "small", 1)).hasMessageContaining("the tenant's 1000 tokens");
        LedgerBooks.agree(platform, tenant, 6);
    }

    @Test
    void nearlySpentBudgetsCountWhatIsReservedToo() {
        var tenant = tenant(month("", 1000), month("large", 500), month("none", 0));
        var key = key(tenant);
        keyWindows(tenant, key, month("", 900));
        settle(reserve(tenant, key, "large", 400), 100, 250);
        assertThat(spent(tenant))
                .as("a limit of zero blocks a model on purpose")
                .isEmpty();
        reserve(tenant, key, "large", 75);
        assertThat(spent(tenant)).containsExactly("large tokens 0.85");
        reserve(tenant, key, "small", 375);
        assertThat(spent(tenant)).containsExactly("large tokens 0.85", " tokens 0.8");
        assertThat(platform.get(UsageReports.class).spent(Optional.empty(), 0.8, 1000))
                .filteredOn(budget -> budget.tenant().equals(tenant))
                .hasSize(2);
        assertThat(platform.get(UsageReports.class).spent(Optional.of(tenant), 0.8, 1))
                .hasSize(1);
    }

    private List<String> spent(String tenant) {
        return platform.get(UsageReports.class).spent(Optional.of(tenant), 0.8, 1000).stream()
                .map(budget -> budget.model().orElse("") + " " + budget.unit() + " " + budget.share())
                .toList();
    }

    @Test
    void aBudgetThatIsSetLaterIncludesTheEarlierUsageOfItsWindow() {
        var tenant = tenant();
        var key = key(tenant);
        var open = reserve(tenant, key, "tiny", 300);
        settle(reserve(tenant, key, "tiny", 100), 40, 30);
        settle(reserve(tenant, key(tenant), "tiny", 100), 40, 2);
        keyWindows(
                tenant,
                key,
                new UsageBudget(Period.HOUR, OptionalLong.of(1000), OptionalLong.empty()),
                month("tiny", 400));
        assertThat(refused(tenant, key, "tiny", 31)).hasMessageContaining("only 30 of ");
        settle(open, 10, 1);
        assertThat(refused(tenant, key, "tiny", 320)).hasMessageContaining("only 319 of ");
        LedgerBooks.agree(platform, tenant, 5);
    }

    /** Forty-eight reservations of every state, made at any time from now back to the start of the month. */
    @Test
    void aBudgetThatIsSetLaterIncludesTheEarlierUsageOfEachPeriod() {
        var tenant = tenant();
        var keys = List.of(key(tenant), key(tenant));
        platform.superuser()
                .sql("""
                    INSERT INTO reservation (id, tenant, key_prefix, model, request_id, instance, made_at, state, answers, tokens, prompt_tokens,
                                             completion_tokens, cost, reserved_cost)
                    SELECT gen_random_uuid(), :tenant, CASE WHEN i % 3 = 0 THEN :key ELSE :other END, CASE WHEN i % 2 = 0 THEN 'large' ELSE 'small' END,
                           'req-1', :instance, greatest(date_trunc('month', t.now, 'UTC'), t.now - i * i * interval '17 minutes'),
                           (ARRAY['open', 'settled', 'refused', 'lost', 'corrected'])[1 + i % 5], 1, 100 + i, i, i * i, i * 0.5, i * 0.25
                    FROM generate_series(0, 47) i, (SELECT clock_timestamp() AS now) t\
                    """)
                .param("tenant", tenant)
                .param("key", keys.getFirst())
                .param("other", keys.getLast())
                .param("instance", instance)
                .update();
        var all = new ArrayList<UsageBudget>();
        for (Period period : Period.values()) {
            for (String model : List.of("", "large", "small", "unused")) {
                all.add(new UsageBudget(
                        new Scope("", model),
                        period,
                        OptionalLong.of(9),
                        OptionalLong.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        0));
            }
        }
        keys.forEach(key -> keyWindows(tenant, key, all.toArray(UsageBudget[]::new)));
        tenants.change(Actor.SYSTEM, tenant, old -> new Tenant(tenant, all, 100, 1));
        LedgerBooks.agree(platform, tenant, 3 * 16, false);
        platform.superuser()
                .sql("DELETE FROM reservation WHERE tenant = ?")
                .param(tenant)
                .update();
    }

    @Test
    void aBudgetThatIsTakenAwayAndGivenAgainHasCountedMeanwhile() {
        var tenant = tenant(month("tiny", 400));
        var key = key(tenant);
        reserve(tenant, key, "tiny", 100);
        tenants.change(Actor.SYSTEM, tenant, old -> new Tenant(tenant, List.of(), 100, 1));
        reserve(tenant, key, "tiny", 250);
        tenants.change(Actor.SYSTEM, tenant, old -> new Tenant(tenant, List.of(month("tiny", 400)), 100, 1));
        assertThat(refused(tenant, key, "tiny", 51)).hasMessageContaining("only 50 of ");
        LedgerBooks.agree(platform, tenant, 4);
    }

    @Test
    void anExtensionKeepsEveryBudget() {
        var tenant = tenant();
        var key = key(tenant);
        keyWindows(tenant, key, month("tiny", 500));
        var id = reserve(tenant, key, "tiny", 300);
        assertThat(extend(id, 150)).isTrue();
        assertThat(extend(id, 150)).isFalse();
        settle(id, 10, 440);
        LedgerBooks.agree(platform, tenant, 4);
    }

    @Test
    void aKeyAndItsSuccessorsShareABudget() {
        var tenant = tenant();
        var first = key(tenant);
        keyWindows(tenant, first, month("", 500));
        reserve(tenant, first, "tiny", 300);
        var second = rotated(tenant, first);
        var third = rotated(tenant, second);
        assertThat(refused(tenant, third, "tiny", 201)).hasMessageContaining("only 200 of ");
        keyWindows(tenant, third, month("", 600));
        reserve(tenant, second, "tiny", 300);
        assertThat(refused(tenant, first, "tiny", 1).limit()).isEqualTo(Limit.BUDGET);
        LedgerBooks.agree(platform, tenant, 4);
    }

    @Test
    void requestsOfAKeyInAMinuteAreCountedExactly() {
        var tenant = tenant();
        var key = key(tenant);
        keyWindows(tenant, key, new UsageBudget(Period.MONTH, OptionalLong.empty(), OptionalLong.of(2)));
        reserve(tenant, key, "tiny", 1);
        end(new Settlement(reserve(tenant, key, "tiny", 1), 0, 0, Settlement.State.REFUSED));
        reserve(tenant, key, "tiny", 1);
        var refused = refused(tenant, key, "tiny", 1);
        assertThat(refused.limit()).isEqualTo(Limit.REQUESTS);
        assertThat(refused.quota().requests().orElseThrow().remaining()).isZero();
        reserve(tenant, key(tenant), "tiny", 1);
    }

    @Test
    void aSoftLimitIsReportedOncePerWindowAndWarnsEachTime() {
        var tenant = tenant(new UsageBudget(
                Scope.TENANT,
                Period.MONTH,
                OptionalLong.of(1000),
                OptionalLong.empty(),
                Optional.empty(),
                OptionalInt.of(80),
                0));
        var key = key(tenant);
        assertThat(granted(tenant, key, 799).passed()).isEmpty();
        var passing = granted(tenant, key, 1);
        assertThat(passing.passed()).extracting(SoftLimit::text).containsExactly("tokens;period=month;percent=80");
        assertThat(passing.quota().warnings()).hasSize(1);
        var later = granted(tenant, key, 1);
        assertThat(later.passed()).isEmpty();
        assertThat(later.quota().warnings()).hasSize(1);
        assertThat(refused(tenant, key, "tiny", 500).quota().warnings()).hasSize(1);
    }

    @Test
    void eachLimitOfABudgetHasItsOwnSoftLimit() {
        var tenant = tenant(new UsageBudget(
                Scope.TENANT,
                Period.MONTH,
                OptionalLong.of(1000),
                OptionalLong.of(10),
                Optional.empty(),
                OptionalInt.of(20),
                0));
        var key = key(tenant);
        assertThat(granted(tenant, key, 500).passed())
                .extracting(SoftLimit::kind)
                .containsExactly("tokens");
        var second = granted(tenant, key, 1);
        assertThat(second.passed()).extracting(SoftLimit::kind).containsExactly("requests");
        assertThat(second.quota().warnings()).extracting(SoftLimit::kind).containsExactly("tokens", "requests");
        assertThat(granted(tenant, key, 1).passed()).isEmpty();
    }

    @Test
    void aSoftLimitThatTwoOfAListPassIsReportedOnce() {
        var tenant = tenant(new UsageBudget(
                Scope.TENANT,
                Period.MONTH,
                OptionalLong.empty(),
                OptionalLong.of(10),
                Optional.empty(),
                OptionalInt.of(10),
                0));
        var key = key(tenant);
        var wishes = List.of(wish(tenant, key, "tiny", false, 1), wish(tenant, key, "tiny", false, 1));
        var decisions = patient.reserve(wishes);
        assertThat(decisions)
                .map(decision -> ((QuotaDecision.Granted) decision).passed().size())
                .containsExactly(1, 0);
    }

    @Test
    void batchRequestsLeaveTheOthersTheirPart() {
        var tenant = tenant(new UsageBudget(
                Scope.TENANT,
                Period.MONTH,
                OptionalLong.of(1_000_000),
                OptionalLong.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                100));
        var key = key(tenant);
        long part = platform.jdbc().sql("""
            SELECT (1000000 * extract(epoch FROM clock_timestamp() - date_trunc('month', clock_timestamp(), 'UTC'))
              / extract(epoch FROM date_trunc('month', clock_timestamp(), 'UTC') + interval '1 month' - date_trunc('month', clock_timestamp(), 'UTC')))::bigint\
            """).query(Long.class).single();
        assertThat(decide(wish(tenant, key, "tiny", true, Math.max(0, part - 10))))
                .isInstanceOf(QuotaDecision.Granted.class);
        var refused = (QuotaExceededException)
                ((QuotaDecision.Refused) decide(wish(tenant, key, "tiny", true, 100_000))).reason();
        assertThat(refused.limit()).isEqualTo(Limit.TOKENS);
        assertThat(refused).hasMessageContaining("left for batch requests");
        assertThat(decide(wish(tenant, key, "tiny", false, 900_000 - Math.min(part, 900_000))))
                .isInstanceOf(QuotaDecision.Granted.class);
    }

    @Test
    void theKeptShareShrinksWithTheRemainingTime() {
        var budget = new UsageBudget(
                Scope.TENANT,
                Period.HOUR,
                OptionalLong.of(1000),
                OptionalLong.empty(),
                Optional.of(new BigDecimal("10")),
                OptionalInt.empty(),
                40);
        var start = Instant.parse("2026-11-28T10:00:00Z");
        var window = new QuotaWindow(budget, start, 500, 100, 0, BigDecimal.ONE, new BigDecimal("5"), Set.of());
        assertThat(window.kept(1000, true, start)).isEqualTo(400);
        assertThat(window.kept(1000, true, start.plus(Duration.ofMinutes(30)))).isEqualTo(200);
        assertThat(window.kept(1000, true, start.plus(Duration.ofMinutes(60)))).isZero();
        assertThat(window.kept(1000, false, start)).isZero();
        assertThat(window.refusesTokens(1, true, start)).isTrue();
        assertThat(window.refusesTokens(400, false, start)).isFalse();
        assertThat(window.refusesCost(new BigDecimal("0.000001"), true, start)).isTrue();
        assertThat(window.refusesCost(new BigDecimal("4"), false, start)).isFalse();
        var at = window.roomFor(200, true, start);
        assertThat(at).isEqualTo(start.plus(Duration.ofMinutes(30)));
        assertThat(window.refusesTokens(200, true, at)).isFalse();
        assertThat(window.refusesTokens(200, true, at.minusSeconds(10))).isTrue();
        assertThat(window.roomFor(401, true, start)).isEqualTo(window.endsAt());
    }

    @Test
    void moneyIsReservedAtMostAndUsedAsItIs() {
        var tenant = tenant(money("0.001"));
        var key = key(tenant);
        var model = "priced-" + UUID.randomUUID();
        price(model, "2", "0.5", "10", Optional.empty());
        var wish = wish(tenant, key, model, false, 60); // 10 prompt, 50 completion
        assertThat(decide(wish)).isInstanceOf(QuotaDecision.Granted.class);
        assertThat(cost(tenant)).containsExactly("0", "0.00052");
        assertThat(refused(tenant, key, model, 60))
                .hasMessageContaining("costs up to 0.00052")
                .hasMessageContaining("only 0.00048 of ");
        end(new Settlement(wish.id(), 10, 4, 7, Settlement.State.SETTLED));
        assertThat(cost(tenant)).as("6 × 2, 4 × 0.5 and 7 × 10 millionths").containsExactly("0.000084", "0");
        var unpriced = refused(tenant, key, "free", 1);
        assertThat(unpriced.limit()).isEqualTo(Limit.BUDGET);
        assertThat(unpriced).hasMessageContaining("has no price");
        LedgerBooks.agree(platform, tenant, 3);
    }

    @Test
    void aReservationKeepsItsPrice() {
        var tenant = tenant(money("1"));
        var key = key(tenant);
        var model = "priced-" + UUID.randomUUID();
        price(model, "2", "2", "2", Optional.empty());
        var id = reserve(tenant, key, model, 20);
        price(model, "1000", "1000", "1000", Optional.empty());
        assertThat(extend(id, 10)).isTrue();
        assertThat(cost(tenant)).containsExactly("0", "0.00006");
        var later = reserve(tenant, key, model, 20);
        settle(id, 10, 10);
        assertThat(cost(tenant)).containsExactly("0.00004", "0.02");
        settle(later, 10, 10);
        assertThat(cost(tenant)).containsExactly("0.02004", "0");
    }

    @Test
    void aPriceThatHasBegunStays() {
        var prices = platform.get(Prices.class);
        var model = "priced-" + UUID.randomUUID();
        var begun = price(model, "1", "1", "1", Optional.empty()).orElseThrow();
        var later = Instant.now().plus(Duration.ofDays(1)).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
        assertThat(price(model, "2", "1", "1", Optional.of(later))).isPresent();
        assertThat(price(model, "3", "1", "1", Optional.of(later)))
                .as("another one at the same time")
                .isEmpty();
        assertThat(price(model, "3", "1", "1", Optional.of(Instant.now().minusSeconds(60))))
                .as("in the past")
                .isEmpty();
        assertThat(prices.remove(Actor.SYSTEM, model, begun.validFrom())).isFalse();
        assertThat(prices.remove(Actor.SYSTEM, model, later)).isTrue();
        assertThat(prices.list())
                .filteredOn(price -> price.model().equals(model))
                .hasSize(1);
    }

    private Optional<Price> price(
            String model, String prompt, String cached, String completion, Optional<Instant> from) {
        var price = new Price(
                model, Instant.EPOCH, new BigDecimal(prompt), new BigDecimal(cached), new BigDecimal(completion));
        return platform.get(Prices.class).add(Actor.SYSTEM, price, from);
    }

    /** Of the month: used and reserved. */
    private List<String> cost(String tenant) {
        var month = platform.get(UsageReports.class)
                .usage(tenant, Instant.EPOCH, Instant.now().plusSeconds(60))
                .windows()
                .getLast();
        return java.util.stream.Stream.of(month.usedCost(), month.reservedCost())
                .map(amount ->
                        amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString())
                .toList();
    }

    private static UsageBudget month(String model, long tokens) {
        return new UsageBudget(
                new Scope("", model),
                Period.MONTH,
                OptionalLong.of(tokens),
                OptionalLong.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                0);
    }

    private static UsageBudget money(String cost) {
        return new UsageBudget(
                Scope.TENANT,
                Period.MONTH,
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.of(new BigDecimal(cost)),
                OptionalInt.empty(),
                0);
    }

    private String tenant(UsageBudget... windows) {
        var id = "t" + UUID.randomUUID();
        tenants.create(Actor.SYSTEM, new Tenant(id, List.of(windows), 100, 1));
        return id;
    }

    private String key(String tenant) {
        var rights = new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());
        return platform.get(ApiKeys.class)
                .issue(Actor.SYSTEM, tenant, rights)
                .key()
                .prefix();
    }

    private String rotated(String tenant, String prefix) {
        return platform.get(ApiKeys.class)
                .rotate(Actor.SYSTEM, tenant, prefix, Duration.ofHours(1), UnaryOperator.identity())
                .orElseThrow()
                .key()
                .prefix();
    }

    private void keyWindows(String tenant, String key, UsageBudget... windows) {
        assertThat(tenants.changeKeyWindows(Actor.SYSTEM, tenant, key, _ -> List.of(windows)))
                .isPresent();
    }

    private Reservation wish(String tenant, String key, String model, boolean batch, long tokens) {
        return new Reservation(
                UUID.randomUUID(), instance, tenant, key, model, "req-1", batch, 1, tokens, Math.min(10, tokens));
    }

    private QuotaDecision decide(Reservation wish) {
        return patient.reserve(List.of(wish)).getFirst();
    }

    private QuotaDecision.Granted granted(String tenant, String key, long tokens) {
        return (QuotaDecision.Granted) decide(wish(tenant, key, "tiny", false, tokens));
    }

    private UUID reserve(String tenant, String key, String model, long tokens) {
        var wish = wish(tenant, key, model, false, tokens);
        if (decide(wish) instanceof QuotaDecision.Refused refused) {
            throw refused.reason();
        }
        return wish.id();
    }

    private QuotaExceededException refused(String tenant, String key, String model, long tokens) {
        var demand = wish(tenant, key, model, false, tokens).demand();
        var checked = quota.check(List.of(demand)).getFirst();
        assertThat(checked).as("the look without a lock").isInstanceOf(QuotaDecision.Refused.class);
        var thrown = catchThrowableOfType(QuotaExceededException.class, () -> reserve(tenant, key, model, tokens));
        assertThat(thrown).isNotNull();
        return thrown;
    }

    private boolean extend(UUID id, long tokens) {
        return patient.extend(id, tokens);
    }

    private void settle(UUID id, long prompt, long completion) {
        end(new Settlement(id, prompt, completion, Settlement.State.SETTLED));
    }

    private void end(Settlement end) {
        patient.settle(List.of(end));
    }
}
