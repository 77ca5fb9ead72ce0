package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.Person;
import io.baseload.service.cluster.Membership;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Identities;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Budgets in any combination: against a model of them that is simple enough to be right, and under many threads of two processes. */
class BudgetsUnderLoadTest {
    private static final ApiKey.Rights USER =
            new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());
    private static final List<String> MODELS = List.of("load-a", "load-b");
    private static TestPlatform platform;
    private static TestPlatform beside;

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @BeforeAll
    static void start() {
        platform = TestPlatform.fresh();
        beside = platform.beside();
        for (String model : MODELS) {
            var price = new Price(
                    model, Instant.EPOCH, new BigDecimal("3.1"), new BigDecimal("0.7"), new BigDecimal("11.000003"));
            platform.get(Prices.class).add(Actor.SYSTEM, price, Optional.empty());
        }
    }

    @AfterAll
    static void stop() {
        beside.close();
        platform.close();
    }

    /** Decisions of random lists, extensions, ends and changes of budgets are those of {@link SimpleLedger}. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void decidesAsASimpleLedgerWould(long seed) {
        var random = new Random(seed);
        var tenant = tenant();
        var person = person(tenant);
        var keys = keys(tenant, person);
        var simple = new SimpleLedger(Map.of(person, person, keys.get(1), person, keys.get(2), person));
        setBudgets(tenant, person, keys, simple, random);
        for (int round = 0; round < 60; round++) {
            switch (random.nextInt(8)) {
                case 0 -> setBudgets(tenant, person, keys, simple, random);
                case 1, 2 -> extend(simple, random);
                case 3, 4, 5 -> settle(simple, random);
                default -> reserve(tenant, callers(person, keys), simple, random);
            }
        }
        assertThat(simple.refused).isPositive();
        assertThat(simple.granted).isPositive();
        LedgerBooks.agree(platform, tenant, 3, !simple.tightened);
    }

    private static void setBudgets(
            String tenant, String person, List<String> keys, SimpleLedger simple, Random random) {
        simple.tightened |= !simple.budgets.isEmpty();
        simple.budgets.clear();
        var tenants = either(random).get(Tenants.class);
        var own = budgets("", random);
        tenants.change(Actor.SYSTEM, tenant, old -> new Tenant(tenant, own, old.maxConcurrent(), 1));
        simple.budgets.addAll(own);
        for (String key : keys) {
            var windows = budgets(key, random);
            tenants.changeKeyWindows(Actor.SYSTEM, tenant, key, _ -> windows);
            simple.budgets.addAll(windows);
        }
        var ofPerson = budgets(person, random);
        tenants.changeIdentityWindows(Actor.SYSTEM, tenant, person, _ -> ofPerson);
        simple.budgets.addAll(ofPerson);
    }

    private static List<UsageBudget> budgets(String owner, Random random) {
        var budgets = new ArrayList<UsageBudget>();
        for (String model : List.of("", "load-a", "load-b")) {
            if (random.nextInt(3) > 0) {
                budgets.add(new UsageBudget(
                        new Scope(owner, model),
                        Period.MONTH,
                        random.nextBoolean() ? OptionalLong.of(random.nextInt(4000)) : OptionalLong.empty(),
                        random.nextBoolean() ? OptionalLong.of(random.nextInt(60)) : OptionalLong.empty(),
                        random.nextBoolean()
                                ? Optional.of(BigDecimal.valueOf(random.nextInt(40_000), 6))
                                : Optional.empty(),
                        OptionalInt.empty(),
                        0));
            }
        }
        return budgets;
    }

    private static void reserve(String tenant, List<String> callers, SimpleLedger simple, Random random) {
        var wishes = IntStream.range(0, 1 + random.nextInt(5))
                .mapToObj(i -> wish(
                        tenant,
                        callers.get(random.nextInt(callers.size())),
                        MODELS.get(random.nextInt(MODELS.size())),
                        random.nextInt(300)))
                .toList();
        var should = wishes.stream().map(simple::reserve).toList();
        var are = new PatientQuota(either(random)).reserve(wishes);
        assertThat(are).map(it -> it instanceof QuotaDecision.Granted).isEqualTo(should);
    }

    private static void extend(SimpleLedger simple, Random random) {
        var open = simple.anyOpen(random);
        if (open != null) {
            int tokens = random.nextInt(400);
            boolean should = simple.extend(open, tokens);
            assertThat(new PatientQuota(either(random)).extend(open.id(), tokens))
                    .isEqualTo(should);
        }
    }

    private static void settle(SimpleLedger simple, Random random) {
        var open = simple.anyOpen(random);
        if (open != null) {
            long most = simple.tokens(open);
            long prompt = Math.min(open.promptTokens(), most);
            long cached = prompt == 0 ? 0 : random.nextLong(prompt);
            long completion = most == prompt ? 0 : random.nextLong(most - prompt);
            boolean refused = random.nextInt(4) == 0;
            var end = refused
                    ? new Settlement(open.id(), 0, 0, Settlement.State.REFUSED)
                    : new Settlement(open.id(), prompt, cached, completion, Settlement.State.SETTLED);
            simple.settle(open, end);
            new PatientQuota(either(random)).settle(List.of(end));
        }
    }

    /** Two processes of four threads each, three keys, two of them of a person who has a token too, two models; meanwhile budgets are set and taken away all the time. */
    @Test
    void nothingIsOverspentAndNothingLostWhoeverAsksAndChangesAtTheSameTime() throws Exception {
        var tenant = tenant();
        var person = person(tenant);
        var keys = keys(tenant, person);
        var callers = callers(person, keys);
        var refused = new AtomicInteger();
        var granted = new AtomicInteger();
        var working = new AtomicInteger(8);
        try (var threads = Executors.newFixedThreadPool(10)) {
            var work = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 8; i++) {
                var process = new PatientQuota(i % 2 == 0 ? platform : beside);
                var random = new Random(i);
                work.add(() -> {
                    try {
                        for (int round = 0; round < 60; round++) {
                            round(process, tenant, callers, random, granted, refused);
                        }
                    } finally {
                        working.decrementAndGet();
                    }
                    return null;
                });
            }
            work.add(() -> {
                boolean given = false;
                while (working.get() > 0 || !given) {
                    given = !given;
                    change(tenant, person, keys, given);
                }
                return null;
            });
            work.add(() -> {
                while (working.get() > 0) {
                    assertThat(LedgerBooks.beyond(platform, tenant)).isZero();
                }
                return null;
            });
            for (var done : threads.invokeAll(work)) {
                done.get();
            }
        }
        assertThat(granted.get()).isPositive();
        assertThat(refused.get()).isPositive();
        LedgerBooks.agree(platform, tenant, 3 + 2 * 3 * 4, true);
    }

    /** The budgets of the tenant stay, so that it can be seen that they hold; those of keys, people and models come and go. */
    private static void change(String tenant, String person, List<String> keys, boolean given) {
        var limited = new UsageBudget(Period.MONTH, OptionalLong.of(60_000), OptionalLong.empty());
        var all = new ArrayList<UsageBudget>(List.of(limited));
        var ofKeys = new ArrayList<UsageBudget>();
        for (Period period : given ? List.of(Period.HOUR, Period.DAY, Period.MONTH) : List.<Period>of()) {
            for (String model : List.of("", "load-a")) {
                var budget = new UsageBudget(
                        new Scope("", model),
                        period,
                        OptionalLong.of(1_000_000),
                        OptionalLong.empty(),
                        Optional.of(new BigDecimal("100")),
                        OptionalInt.of(50),
                        0);
                ofKeys.add(budget);
                if (!model.isEmpty()) {
                    all.add(budget);
                }
            }
        }
        platform.get(Tenants.class).change(Actor.SYSTEM, tenant, old -> new Tenant(tenant, all, 1000, 1));
        keys.forEach(key -> beside.get(Tenants.class).changeKeyWindows(Actor.SYSTEM, tenant, key, _ -> ofKeys));
        platform.get(Tenants.class).changeIdentityWindows(Actor.SYSTEM, tenant, person, _ -> ofKeys);
    }

    private static void round(
            PatientQuota process,
            String tenant,
            List<String> callers,
            Random random,
            AtomicInteger granted,
            AtomicInteger refused) {
        var wishes = IntStream.range(0, 3)
                .mapToObj(i -> wish(
                        tenant, callers.get(random.nextInt(4)), MODELS.get(random.nextInt(2)), 60 + random.nextInt(60)))
                .toList();
        var decisions = process.reserve(wishes);
        var ends = new ArrayList<Settlement>();
        for (int i = 0; i < wishes.size(); i++) {
            var wish = wishes.get(i);
            if (decisions.get(i) instanceof QuotaDecision.Granted) {
                granted.incrementAndGet();
                process.extend(wish.id(), 20);
                ends.addFirst(new Settlement(wish.id(), 10, 3, 45, Settlement.State.SETTLED));
            } else {
                refused.incrementAndGet();
            }
        }
        process.settle(ends);
    }

    private static TestPlatform either(Random random) {
        return random.nextBoolean() ? platform : beside;
    }

    private static Reservation wish(String tenant, String key, String model, long tokens) {
        var instance = platform.get(Membership.class).lease().instance();
        return new Reservation(
                UUID.randomUUID(), instance, tenant, key, model, "req-1", false, 1, tokens, Math.min(10, tokens));
    }

    private static String tenant() {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(), 1000, 1));
        return id;
    }

    private static String person(String tenant) {
        return platform.get(Identities.class)
                .signIn(new Person("https://login.example.com", tenant), tenant, USER, Instant.now())
                .orElseThrow()
                .keyPrefix();
    }

    /** One of the tenant, and two of a person. */
    private static List<String> keys(String tenant, String person) {
        var keys = platform.get(ApiKeys.class);
        return Stream.of(
                        keys.issue(Actor.SYSTEM, tenant, USER),
                        keys.issue(Actor.SYSTEM, tenant, person, USER),
                        keys.issue(Actor.SYSTEM, tenant, person, USER))
                .map(issued -> issued.key().prefix())
                .toList();
    }

    /** The keys, and the person with a token. */
    private static List<String> callers(String person, List<String> keys) {
        return Stream.concat(keys.stream(), Stream.of(person)).toList();
    }
}
