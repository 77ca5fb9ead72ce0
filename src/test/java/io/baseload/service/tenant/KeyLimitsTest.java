package io.baseload.service.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Person;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The limits of a key: its own, those of its owner, and its expiry. On a real PostgreSQL. */
class KeyLimitsTest {
    private static final Actor ACTOR = new Actor("default", "bl_operator");
    private static final ApiKey.Rights USER =
            new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());

    /** Longer than the platform's own, which reminds of other keys each minute. */
    private static final Duration NOTICE = Duration.ofDays(25);

    private final TestPlatform platform = TestPlatform.shared();
    private final ApiKeys keys = platform.get(ApiKeys.class);
    private final Identities identities = platform.get(Identities.class);
    private final RequestRates rates = platform.get(RequestRates.class);

    private static ApiKey.Rights limited(int perMinute, String... addresses) {
        var limits = new KeyLimits(OptionalInt.of(perMinute), Set.of(addresses));
        return new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, limits, Optional.empty());
    }

    private static ApiKey.Rights of(Set<Role> roles, String... models) {
        return new ApiKey.Rights(roles, Set.of(models), Priority.INTERACTIVE, Optional.empty());
    }

    @Test
    void limitsAreKeptChangedAndPassedOn() {
        var issued = keys.issue(ACTOR, "default", limited(7, "10.0.0.0/8"));
        String prefix = issued.key().prefix();
        assertThat(keys.authenticate(issued.secret()))
                .hasValueSatisfying(caller -> assertThat(caller.rights()).isEqualTo(limited(7, "10.0.0.0/8")));
        var next = keys.rotate(ACTOR, "default", prefix, Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow();
        assertThat(next.key().rights()).isEqualTo(limited(7, "10.0.0.0/8"));
        keys.change(ACTOR, "default", next.key().prefix(), before -> USER);
        assertThat(keys.find("default", next.key().prefix()))
                .hasValueSatisfying(key -> assertThat(key.rights().limits()).isEqualTo(KeyLimits.NONE));
    }

    @Test
    void aBucketHoldsAMinutesRequestsForAllProcesses() {
        String key = keys.issue(ACTOR, "default", limited(3)).key().prefix();
        String other = keys.issue(ACTOR, "default", limited(3)).key().prefix();
        try (var process = platform.elsewhere()) { // before the first: within 20 s there is room for another one
            for (int i = 0; i < 3; i++) {
                rates.count(key, 3);
            }
            assertThatThrownBy(() -> process.get(RequestRates.class).count(key, 3))
                    .isInstanceOfSatisfying(
                            RequestRateExceededException.class,
                            e -> assertThat(e.retryAfter()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(20)));
        }
        rates.count(other, 3);
        platform.superuser()
                .sql("UPDATE request_bucket SET empty_at = empty_at - interval '20 s' WHERE key_prefix = ?")
                .param(key)
                .update();
        rates.count(key, 3);
        assertThatThrownBy(() -> rates.count(key, 3)).isInstanceOf(RequestRateExceededException.class);
    }

    @Test
    void aKeyAndItsSuccessorsShareARate() {
        String first = keys.issue(ACTOR, "default", limited(3)).key().prefix();
        String second = rotated(first);
        String third = rotated(second);
        for (String key : List.of(first, second, third)) {
            rates.count(key, 3);
        }
        for (String key : List.of(first, second, third)) {
            assertThatThrownBy(() -> rates.count(key, 3))
                    .isInstanceOfSatisfying(
                            RequestRateExceededException.class,
                            e -> assertThat(e.retryAfter()).isGreaterThan(Duration.ofSeconds(1)));
        }
    }

    private String rotated(String prefix) {
        return keys.rotate(ACTOR, "default", prefix, Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow()
                .key()
                .prefix();
    }

    @Test
    void aClockThatWasSetBackRefusesNobody() {
        String key = keys.issue(ACTOR, "default", limited(3)).key().prefix();
        rates.count(key, 3);
        platform.superuser()
                .sql("UPDATE request_bucket SET empty_at = empty_at + interval '1 hour' WHERE key_prefix = ?")
                .param(key)
                .update();
        for (int i = 0; i < 3; i++) {
            rates.count(key, 3);
        }
        assertThatThrownBy(() -> rates.count(key, 3)).isInstanceOf(RequestRateExceededException.class);
    }

    @Test
    void aLimitedAdminMakesNoFreerKeys() {
        var limits = new KeyLimits(OptionalInt.of(10), Set.of("10.0.0.0/8", "192.0.2.1"));
        var rights =
                new ApiKey.Rights(Set.of(Role.TENANT_ADMIN), Set.of(), Priority.INTERACTIVE, limits, Optional.empty());
        var admin = new Caller("acme", 1, Optional.empty(), "bl_a", rights, Optional.empty());
        assertThat(admin.mayManage("acme", limited(10, "192.0.2.1"))).isTrue();
        assertThat(admin.mayManage("acme", limited(11, "192.0.2.1"))).isFalse();
        assertThat(admin.mayManage("acme", limited(10))).isFalse();
        assertThat(admin.mayManage("acme", limited(10, "192.0.2.2"))).isFalse();
        assertThat(admin.mayManage("acme", USER)).isFalse();
    }

    @Test
    void aKeyCanDoNoMoreThanItsOwner() {
        var person = new Person("https://login.example.com", "kim");
        Instant begun = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        identities.signIn(person, "default", of(Set.of(Role.USER, Role.OPERATOR), "a", "b"), begun);
        var issued = keys.issue(ACTOR, "default", person.id(), of(Set.of(Role.USER, Role.OPERATOR), "b", "c"));
        assertThat(issued.key().isPersonal()).isTrue();
        assertThat(keys.authenticate(issued.secret())).hasValueSatisfying(caller -> {
            assertThat(caller.roles()).containsExactlyInAnyOrder(Role.USER, Role.OPERATOR);
            assertThat(caller.models()).containsExactly("b");
            assertThat(caller.person()).hasValue(person);
            assertThat(caller.isPerson()).isFalse();
        });
        identities.signIn(person, "default", of(Set.of(Role.USER), "b"), begun.plusSeconds(1));
        assertThat(keys.authenticate(issued.secret()))
                .hasValueSatisfying(caller -> assertThat(caller.roles()).containsExactly(Role.USER));
        identities.signIn(person, "default", of(Set.of(Role.USER), "d"), begun.plusSeconds(2));
        assertThat(keys.authenticate(issued.secret())).isEmpty();
        identities.signIn(person, "default", of(Set.of(Role.AUDITOR)), begun.plusSeconds(3));
        assertThat(keys.authenticate(issued.secret())).isEmpty();
    }

    @Test
    void theTokenThatWasIssuedLastCountsNotTheOneThatWasUsedLast() {
        var person = new Person("https://login.example.com", "ann-of-the-old-token");
        Instant nine = Instant.now().minusSeconds(3_600).truncatedTo(ChronoUnit.SECONDS);
        Instant later = nine.plusSeconds(900);
        var asAdmin = of(Set.of(Role.USER, Role.TENANT_ADMIN));
        identities.signIn(person, "default", asAdmin, nine);
        var key = keys.issue(ACTOR, "default", person.id(), asAdmin);
        identities.signInAnew(person, "default", of(Set.of(Role.USER)), later);
        for (int i = 0; i < 2; i++) {
            var old = identities.signInAnew(person, "default", asAdmin, nine);
            assertThat(old)
                    .as("the token keeps its own rights")
                    .hasValueSatisfying(caller -> assertThat(caller.roles()).contains(Role.TENANT_ADMIN));
            assertThat(keys.authenticate(key.secret()))
                    .hasValueSatisfying(caller -> assertThat(caller.roles()).containsExactly(Role.USER));
        }
        identities.withdraw(person, nine);
        assertThat(keys.authenticate(key.secret()))
                .as("it takes nothing away either")
                .isPresent();
        identities.withdraw(person, later.plusSeconds(1));
        identities.signIn(person, "default", asAdmin, nine);
        identities.signIn(person, "default", asAdmin, later);
        assertThat(keys.authenticate(key.secret())).isEmpty();
        platform.get(Tenants.class).create(ACTOR, new Tenant("former", List.of(), 1, 1));
        assertThat(identities.signIn(person, "former", asAdmin, nine)).isPresent();
        assertThat(identities.find("former", person.id())).isEmpty();
        identities.signIn(person, "default", asAdmin, later.plusSeconds(2));
        assertThat(keys.authenticate(key.secret())).isPresent();
        assertThat(platform
                        .get(AuditTrail.class)
                        .page(0, Optional.empty(), Optional.of("admin.identity.change"), 10_000)
                        .entries()
                        .stream()
                        .filter(entry -> entry.subject().endsWith(person.id())))
                .extracting(AuditEntry::detail)
                .satisfiesExactly(
                        one -> assertThat(one).contains("\"roles\":[\"user\"]"),
                        two -> assertThat(two).contains("\"roles\":[]"),
                        three -> assertThat(three).contains("tenant_admin"));
    }

    @Test
    void aTokenWithoutRightsIsWrittenOnce() {
        var person = new Person("https://login.example.com", "tom-without-roles");
        Instant issued = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        identities.signIn(person, "default", of(Set.of(Role.USER)), issued);
        identities.withdraw(person, issued);
        assertThat(identities.find("default", person.id()))
                .hasValueSatisfying(it -> assertThat(it.roles()).isEmpty());
        String written = version(person);
        identities.withdraw(person, issued);
        identities.withdraw(person, issued.minusSeconds(1));
        assertThat(version(person)).isEqualTo(written);
        identities.withdraw(person, issued.plusSeconds(1));
        assertThat(version(person)).as("a later token is noted").isNotEqualTo(written);
    }

    /** Changes when the row is written or locked. */
    private String version(Person person) {
        return platform.superuser()
                .sql("SELECT xmin::text || ' ' || xmax::text FROM identity WHERE id = ?")
                .param(person.id())
                .query(String.class)
                .single();
    }

    @Test
    void aServiceAccountIsRemovedWithItsKeys() {
        var account = identities.create(ACTOR, "default", "nightly", Set.of(Role.USER), Set.of("a"));
        assertThat(account.id()).isEqualTo("service_nightly");
        assertThatThrownBy(() -> identities.create(ACTOR, "default", "nightly", Set.of(Role.USER), Set.of()))
                .isInstanceOf(TenantConflictException.class);
        assertThatThrownBy(() -> identities.create(ACTOR, "none", "nightly", Set.of(Role.USER), Set.of()))
                .isInstanceOf(UnknownTenantException.class);
        var issued = keys.issue(ACTOR, "default", account.id(), of(Set.of(Role.USER)));
        assertThat(keys.authenticate(issued.secret()))
                .hasValueSatisfying(caller -> assertThat(caller.models()).containsExactly("a"));
        var next = keys.rotate(ACTOR, "default", issued.key().prefix(), Duration.ofDays(1), UnaryOperator.identity());
        assertThat(next)
                .hasValueSatisfying(key -> assertThat(key.key().identity()).hasValue(account.id()));
        assertThat(keys.list("default", account.id(), "", 10)).hasSize(2);
        assertThat(keys.countValid("default", account.id())).isEqualTo(2);
        assertThat(identities.remove(ACTOR, "default", account.id())).isTrue();
        assertThat(keys.authenticate(issued.secret())).isEmpty();
        assertThat(identities.remove(ACTOR, "default", account.id())).isFalse();
        assertThatThrownBy(() -> keys.issue(ACTOR, "default", account.id(), of(Set.of(Role.USER))))
                .isInstanceOf(UnknownIdentityException.class);
    }

    @Test
    void theTrailSaysOnceThatAKeyExpiresSoon() {
        var soon = USER.withEnd(Optional.of(Instant.now().plus(Duration.ofDays(20))));
        String key = keys.issue(ACTOR, "default", soon).key().prefix();
        String replaced = keys.issue(ACTOR, "default", soon).key().prefix();
        String later = keys.issue(
                        ACTOR, "default", USER.withEnd(Optional.of(Instant.now().plus(Duration.ofDays(30)))))
                .key()
                .prefix();
        int before = keys.countExpiring(NOTICE);
        keys.rotate(ACTOR, "default", replaced, Duration.ofDays(1), old -> old.withEnd(Optional.empty()));
        assertThat(keys.countExpiring(NOTICE)).isEqualTo(before - 1);
        keys.remind(NOTICE);
        keys.remind(NOTICE);
        assertThat(reminded(key)).hasSize(1);
        assertThat(reminded(replaced)).isEmpty();
        assertThat(reminded(later)).isEmpty();
        assertThat(keys.find("default", key))
                .hasValueSatisfying(it -> assertThat(it.expiresWithin(NOTICE)).isTrue());
        keys.change(
                ACTOR,
                "default",
                key,
                it -> it.withEnd(Optional.of(Instant.now().plus(Duration.ofDays(21)))));
        keys.remind(NOTICE);
        assertThat(reminded(key)).as("another end").hasSize(2);
    }

    private List<String> reminded(String prefix) {
        return platform
                .get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of("admin.key.expires_soon"), 10_000)
                .entries()
                .stream()
                .map(entry -> entry.subject())
                .filter(subject -> subject.endsWith("/" + prefix))
                .toList();
    }
}
