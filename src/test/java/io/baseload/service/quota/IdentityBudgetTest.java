package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.Person;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.UsageQuery.Column;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Identities;
import io.baseload.service.tenant.Period;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.tenant.UnknownIdentityException;
import io.baseload.service.tenant.UsageBudget;
import io.baseload.service.tenant.UsageBudget.Scope;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;

/** Budgets of people and service accounts, whatever keys and tokens they come with; on a real PostgreSQL. */
class IdentityBudgetTest {
    private static final ApiKey.Rights USER =
            new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());

    private final TestPlatform platform = TestPlatform.shared();
    private final PatientQuota quota = new PatientQuota(platform);
    private final Tenants tenants = platform.get(Tenants.class);
    private final Identities identities = platform.get(Identities.class);
    private final ApiKeys keys = platform.get(ApiKeys.class);
    private final UUID instance = platform.get(Membership.class).lease().instance();
    private final String tenant = "t" + UUID.randomUUID();

    @BeforeEach
    void makeATenantOnADayThatLasts() {
        Patience.awaitADayThatLasts();
        tenants.create(Actor.SYSTEM, new Tenant(tenant, List.of(), 1000, 1));
    }

    @Test
    void allKeysAndTokensOfAPersonShareABudgetAndNobodyElseDoes() {
        var ann = person("ann");
        var bea = person("bea");
        var account = identities
                .create(Actor.SYSTEM, tenant, "nightly", Set.of(Role.USER), Set.of())
                .id();
        limit(ann, month("", 500), month("large", 200));
        limit(account, month("", 100));
        var first = key(ann);
        var second = key(ann);
        reserve(first, "large", 120);
        reserve(second, "large", 50);
        assertThat(refused(ann, "large", 31))
                .as("with a token")
                .hasMessageContaining("only 30 of this person's (model 'large') 200 tokens");
        reserve(ann, "small", 300);
        assertThat(refused(first, "small", 31)).hasMessageContaining("only 30 of this person's 500 tokens per month");
        assertThat(refused(key(ann), "small", 31)).as("a new key").hasMessageContaining("only 30 of this person's");

        reserve(key(account), "small", 60);
        assertThat(refused(key(account), "small", 41)).hasMessageContaining("only 40 of this service account's 100");
        for (String other : List.of(key(bea), bea, tenantKey())) {
            reserve(other, "large", 600);
        }
        LedgerBooks.agree(platform, tenant, 3 + 2 + 1);
    }

    @Test
    void theTightestOfKeyPersonAndTenantIsShownAndRefuses() {
        var ann = person("ann");
        var key = key(ann);
        tenants.change(Actor.SYSTEM, tenant, old -> new Tenant(tenant, List.of(month("", 1000)), 1000, 1));
        tenants.changeKeyWindows(Actor.SYSTEM, tenant, key, _ -> List.of(month("", 400)));
        limit(ann, soft(month("", 300), 50));
        var granted = granted(key, "tiny", 100);
        assertThat(granted.quota().tokens().orElseThrow().limit()).isEqualTo(300);
        assertThat(granted.quota().tokens().orElseThrow().remaining()).isEqualTo(200);
        assertThat(granted.passed()).isEmpty();
        var half = granted(ann, "tiny", 50);
        assertThat(half.passed())
                .extracting(SoftLimit::text)
                .containsExactly("tokens;period=month;percent=50;identity=" + ann);
        assertThat(granted(key, "tiny", 1).passed()).as("told once").isEmpty();
        assertThat(refused(key, "tiny", 150)).hasMessageContaining("this person's");
        limit(ann);
        assertThat(refused(key, "tiny", 300)).hasMessageContaining("this key's");
        LedgerBooks.agree(platform, tenant, 5);
    }

    @Test
    void aBudgetThatIsSetLaterIncludesWhatAllKeysAndTokensHaveUsed() {
        var ann = person("ann");
        var first = key(ann);
        var rotated = keys.rotate(Actor.SYSTEM, tenant, first, Duration.ofHours(1), UnaryOperator.identity())
                .orElseThrow()
                .key()
                .prefix();
        var open = reserve(first, "tiny", 100);
        settle(reserve(rotated, "tiny", 100), 10, 20);
        settle(reserve(ann, "tiny", 100), 10, 30);
        settle(reserve(tenantKey(), "tiny", 100), 10, 40);
        limit(ann, new UsageBudget(Period.DAY, OptionalLong.of(200), OptionalLong.of(4)), month("tiny", 300));
        assertThat(refused(rotated, "tiny", 31)).hasMessageContaining("only 30 of this person's 200 tokens per day");
        settle(open, 10, 0);
        settle(reserve(ann, "tiny", 120), 10, 5);
        assertThat(refused(first, "tiny", 1))
                .hasMessageContaining("This person's limit of 4 requests per day is reached");
        LedgerBooks.agree(platform, tenant, 5);
    }

    @Test
    void aBudgetOutlivesTheKeysAndTheRecordOfAPerson() {
        var ann = person("ann");
        limit(ann, month("", 100));
        var open = reserve(key(ann), "tiny", 60);
        assertThat(identities.remove(Actor.SYSTEM, tenant, ann)).isTrue();
        assertThatThrownBy(() -> limit(ann)).isInstanceOf(UnknownIdentityException.class);
        assertThat(refused(ann, "tiny", 41)).as("a token from before").hasMessageContaining("only 40 of");
        settle(open, 10, 20);
        assertThat(person("ann")).isEqualTo(ann);
        assertThat(refused(key(ann), "tiny", 71)).hasMessageContaining("only 70 of this person's 100 tokens");
        LedgerBooks.agree(platform, tenant, 4);
    }

    /** Eight threads of two processes; four keys of one person, the person's token, and a key of the tenant. */
    @Test
    void whoeverAsksAtTheSameTimeNothingIsOverspentAndAllOfTheBudgetCanBeUsed() throws Exception {
        var ann = person("ann");
        var callers = new ArrayList<>(List.of(ann, tenantKey()));
        for (int i = 0; i < 4; i++) {
            callers.add(key(ann));
        }
        limit(ann, month("", 10_000));
        var others = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var beside = platform.beside();
                var threads = Executors.newFixedThreadPool(8)) {
            var work = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 8; i++) {
                var process = new PatientQuota(i % 2 == 0 ? platform : beside);
                int begin = i;
                work.add(() -> {
                    for (int round = 0; round < 40; round++) {
                        var caller = callers.get((begin + round) % callers.size());
                        var wish = wish(caller, "tiny", 100);
                        if (process.reserve(List.of(wish)).getFirst() instanceof QuotaDecision.Refused) {
                            refused.incrementAndGet();
                        } else {
                            process.settle(List.of(settled(wish.id(), 10, 40)));
                            others.addAndGet(caller.equals(callers.get(1)) ? 50 : 0);
                        }
                    }
                    return null;
                });
            }
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
        }
        var last = wish(ann, "tiny", 100);
        while (quota.reserve(List.of(last)).getFirst() instanceof QuotaDecision.Granted) {
            settle(last.id(), 10, 40);
            last = wish(ann, "tiny", 100);
        }
        LedgerBooks.agree(platform, tenant, 4);
        long used =
                platform.get(UsageReports.class).windows(tenant, ann).getFirst().used();
        assertThat(refused.get()).isPositive();
        assertThat(used).isGreaterThan(10_000 - 100).isLessThanOrEqualTo(10_000);
        assertThat(sums(EnumSet.of(Column.IDENTITY))).containsExactlyInAnyOrder(" " + others.get(), ann + " " + used);
    }

    @Test
    void usageIsToldApartByIdentity() {
        var ann = person("ann");
        settle(reserve(key(ann), "tiny", 100), 10, 1);
        settle(reserve(ann, "tiny", 100), 10, 2);
        settle(reserve(tenantKey(), "tiny", 100), 10, 3);
        assertThat(sums(EnumSet.of(Column.IDENTITY, Column.MODEL))).containsExactly(" tiny 13", ann + " tiny 23");
    }

    @Test
    void theMigrationFindsWhoAskedInThePresentMonth() throws IOException {
        var ann = person("ann");
        settle(reserve(key(ann), "tiny", 100), 10, 20);
        settle(reserve(ann, "tiny", 100), 10, 30);
        settle(reserve(tenantKey(), "tiny", 100), 10, 40);
        platform.superuser()
                .sql("UPDATE reservation SET identity = NULL WHERE tenant = ?")
                .param(tenant)
                .update();
        String migration = new ClassPathResource("db/migration/V343__identity_windows.sql")
                .getContentAsString(StandardCharsets.UTF_8);
        Stream.of(migration.split(";"))
                .filter(statement -> statement.contains("UPDATE"))
                .forEach(statement -> platform.superuser().sql(statement).update());
        limit(ann, month("", 100));
        assertThat(refused(ann, "tiny", 31)).hasMessageContaining("only 30 of this person's");
        LedgerBooks.agree(platform, tenant, 4);
    }

    private List<String> sums(Set<Column> grouping) {
        var query =
                new UsageQuery(Optional.of(tenant), Instant.EPOCH, Instant.now().plusSeconds(3600), grouping);
        return platform.get(UsageReports.class).rows(query, 0, 100).stream()
                .map(row -> String.join(" ", row.of().values()) + " " + (row.promptTokens() + row.completionTokens()))
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

    private static UsageBudget soft(UsageBudget budget, int percent) {
        return new UsageBudget(
                budget.scope(),
                budget.period(),
                budget.tokens(),
                budget.requests(),
                budget.cost(),
                OptionalInt.of(percent),
                0);
    }

    /** Who has just come with a token, and is known by this name from then on. */
    private String person(String subject) {
        return identities
                .signInAnew(new Person("https://login.example.com/" + tenant, subject), tenant, USER, Instant.now())
                .orElseThrow()
                .keyPrefix();
    }

    private String key(String identity) {
        return keys.issue(Actor.SYSTEM, tenant, identity, USER).key().prefix();
    }

    private String tenantKey() {
        return keys.issue(Actor.SYSTEM, tenant, USER).key().prefix();
    }

    private void limit(String identity, UsageBudget... windows) {
        assertThat(tenants.changeIdentityWindows(Actor.SYSTEM, tenant, identity, _ -> List.of(windows)))
                .hasSameSizeAs(windows);
    }

    private Reservation wish(String caller, String model, long tokens) {
        return new Reservation(
                UUID.randomUUID(), instance, tenant, caller, model, "req-1", false, 1, tokens, Math.min(10, tokens));
    }

    private QuotaDecision.Granted granted(String caller, String model, long tokens) {
        return (QuotaDecision.Granted)
                quota.reserve(List.of(wish(caller, model, tokens))).getFirst();
    }

    private UUID reserve(String caller, String model, long tokens) {
        var wish = wish(caller, model, tokens);
        if (quota.reserve(List.of(wish)).getFirst() instanceof QuotaDecision.Refused refused) {
            throw refused.reason();
        }
        return wish.id();
    }

    private QuotaExceededException refused(String caller, String model, long tokens) {
        return catchThrowableOfType(QuotaExceededException.class, () -> reserve(caller, model, tokens));
    }

    private void settle(UUID reservation, int prompt, int completion) {
        quota.settle(List.of(settled(reservation, prompt, completion)));
    }

    private static Settlement settled(UUID reservation, int prompt, int completion) {
        return new Settlement(reservation, prompt, completion, Settlement.State.SETTLED);
    }
}
