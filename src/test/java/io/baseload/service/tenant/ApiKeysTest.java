package io.baseload.service.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants and keys on a real PostgreSQL. */
class ApiKeysTest {
    private static final Actor ACTOR = new Actor("default", "bl_operator");
    private static final ApiKey.Rights USER =
            new ApiKey.Rights(Set.of(Role.USER), Set.of("tiny"), Priority.INTERACTIVE, Optional.empty());

    private final TestPlatform platform = TestPlatform.shared();
    private final ApiKeys keys = platform.get(ApiKeys.class);
    private final Tenants tenants = platform.get(Tenants.class);

    @Test
    void aKeyNamesItsCaller() {
        var issued = keys.issue(ACTOR, "default", USER);
        assertThat(issued.secret())
                .matches("bl_[0-9A-Za-z]{43}")
                .startsWith(issued.key().prefix());
        assertThat(keys.authenticate(issued.secret()))
                .hasValue(new Caller(
                        "default", 1, issued.key().prefix(), Set.of(Role.USER), Set.of("tiny"), Priority.INTERACTIVE));
    }

    @Test
    void aKeyTellsHowLongItsTenantWaits() {
        var tenant = "t" + UUID.randomUUID();
        tenants.create(ACTOR, new Tenant(tenant, List.of(), 8, 3, Optional.of(Duration.ofMillis(1_500))));
        var secret = keys.issue(ACTOR, tenant, USER).secret();
        assertThat(keys.authenticate(secret)).hasValueSatisfying(caller -> {
            assertThat(caller.weight()).isEqualTo(3);
            assertThat(caller.maxWait()).hasValue(Duration.ofMillis(1_500));
        });
        tenants.change(ACTOR, tenant, old -> new Tenant(tenant, List.of(), 8, 3));
        assertThat(keys.authenticate(secret))
                .hasValueSatisfying(caller -> assertThat(caller.maxWait()).isEmpty());
    }

    @Test
    void onlyTheHashIsKept() {
        var issued = keys.issue(ACTOR, "default", USER);
        assertThat(issued.toString()).doesNotContain(issued.secret().substring(12));
        assertThat(platform.superuser()
                        .sql("SELECT count(*) FROM api_key k WHERE k::text LIKE '%' || ? || '%'")
                        .param(issued.secret().substring(12))
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(platform.superuser()
                        .sql("SELECT count(*) FROM audit_entry e WHERE e::text LIKE '%' || ? || '%'")
                        .param(issued.secret().substring(12))
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aRevokedKeyIsRefusedAtOnce() {
        var issued = keys.issue(ACTOR, "default", USER);
        assertThat(keys.revoke(ACTOR, "other", issued.key().prefix())).isFalse();
        assertThat(keys.revoke(ACTOR, "default", issued.key().prefix())).isTrue();
        assertThat(keys.authenticate(issued.secret())).isEmpty();
        assertThat(keys.revoke(ACTOR, "default", issued.key().prefix())).isFalse();
    }

    @Test
    void anExpiredKeyIsRefused() {
        var rights = new ApiKey.Rights(
                Set.of(Role.USER),
                Set.of(),
                Priority.INTERACTIVE,
                Optional.of(Instant.now().plus(Duration.ofDays(1))));
        var issued = keys.issue(ACTOR, "default", rights);
        assertThat(keys.authenticate(issued.secret())).isPresent();
        expire(issued.key());
        assertThat(keys.authenticate(issued.secret())).isEmpty();
    }

    private void expire(ApiKey key) {
        platform.superuser()
                .sql("UPDATE api_key SET expires_at = clock_timestamp() WHERE prefix = ?")
                .param(key.prefix())
                .update();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bl_",
                "bl_0123456789",
                "bl_\u0000aaaaaaaaaaaaaaaa",
                "schlüssel-schlüssel",
                "' OR 1=1 --'''''"
            })
    void invalidTextIsNoKey(String bearer) {
        assertThat(keys.authenticate(bearer)).isEmpty();
    }

    @Test
    void aKeyWithTheRightPrefixOnlyIsRefused() {
        var secret = keys.issue(ACTOR, "default", USER).secret();
        assertThat(keys.authenticate(secret.substring(0, secret.length() - 1) + "-"))
                .isEmpty();
        assertThat(keys.authenticate(secret + "0")).isEmpty();
    }

    @Test
    void everyActIsAudited() {
        var tenant = "t" + UUID.randomUUID();
        tenants.create(ACTOR, new Tenant(tenant, List.of(), 4, 1));
        var prefix = keys.issue(ACTOR, tenant, USER).key().prefix();
        keys.revoke(ACTOR, tenant, prefix);
        tenants.change(ACTOR, tenant, old -> new Tenant(tenant, old.windows(), 5, 2));
        tenants.delete(ACTOR, tenant);
        assertThat(
                        platform
                                .get(AuditTrail.class)
                                .page(0, Optional.of("default"), Optional.of("admin."), 1000)
                                .entries()
                                .stream()
                                .filter(entry -> entry.subject().startsWith("tenants/" + tenant))
                                .map(entry -> entry.kind()))
                .containsExactly(
                        "admin.tenant.create",
                        "admin.key.create",
                        "admin.key.revoke",
                        "admin.tenant.change",
                        "admin.tenant.delete");
    }

    @Test
    void tenantsKeepTheirLimits() {
        var id = "t" + UUID.randomUUID();
        var windows = List.of(
                new UsageBudget(Period.MINUTE, OptionalLong.empty(), OptionalLong.of(60)),
                new UsageBudget(Period.MONTH, OptionalLong.of(1_000_000), OptionalLong.empty()));
        var tenant = new Tenant(id, windows, 3, 7);
        tenants.create(ACTOR, tenant);
        assertThat(tenants.find(id)).hasValue(tenant);
        assertThatThrownBy(() -> tenants.create(ACTOR, tenant)).isInstanceOf(TenantConflictException.class);
        tenants.change(ACTOR, id, old -> new Tenant(id, List.of(windows.get(1)), 4, 7));
        assertThat(tenants.find(id)).hasValue(new Tenant(id, List.of(windows.get(1)), 4, 7));
        assertThat(tenants.list("", 1000))
                .extracting(Tenant::id)
                .contains("default", id)
                .isSorted();
        assertThat(tenants.list(id, 1000)).extracting(Tenant::id).doesNotContain(id);
    }

    @Test
    void aTenantIsDeletedWithItsKeys() {
        var id = "t" + UUID.randomUUID();
        tenants.create(ACTOR, new Tenant(id, List.of(), 4, 1));
        var issued = keys.issue(ACTOR, id, USER);
        tenants.delete(ACTOR, id);
        assertThat(keys.authenticate(issued.secret())).isEmpty();
        assertThat(tenants.find(id)).isEmpty();
        assertThatThrownBy(() -> tenants.delete(ACTOR, id)).isInstanceOf(UnknownTenantException.class);
        assertThatThrownBy(() -> keys.issue(ACTOR, id, USER)).isInstanceOf(UnknownTenantException.class);
        assertThatThrownBy(() -> tenants.delete(ACTOR, "default")).isInstanceOf(TenantConflictException.class);
    }

    @Test
    void theFirstKeyIsGeneratedOnceAndShownAgainOnlyWhereItIsKept() throws Exception {
        try (var fresh = TestPlatform.fresh()) {
            var first = fresh.get(FirstKey.class);
            var shown = first.generate(true).orElseThrow();
            assertThat(fresh.get(ApiKeys.class).authenticate(shown)).hasValueSatisfying(caller -> {
                assertThat(caller.tenant()).isEqualTo("default");
                assertThat(caller.roles()).containsExactlyInAnyOrder(Role.OPERATOR, Role.USER);
            });
            assertThat(first.generate(true)).hasValue(shown);
            assertThat(first.generate(false)).isEmpty();
            var file = fresh.home().resolve("development-key");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            fresh.get(ApiKeys.class).revoke(ACTOR, "default", shown.substring(0, 11));
            assertThat(first.generate(true)).isEmpty();
        }
    }

    @Test
    void aChosenFirstKeyIsNotRevivedByARestart() {
        try (var fresh = TestPlatform.fresh()) {
            var first = fresh.get(FirstKey.class);
            var chosen = "bl_chosen-by-the-operator-0123456789";
            first.bootstrap(chosen);
            first.bootstrap(chosen);
            var caller = fresh.get(ApiKeys.class).authenticate(chosen).orElseThrow();
            fresh.get(ApiKeys.class).revoke(ACTOR, "default", caller.keyPrefix());
            first.bootstrap(chosen);
            assertThat(fresh.get(ApiKeys.class).authenticate(chosen)).isEmpty();
            assertThatThrownBy(() -> first.bootstrap("short")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void processesThatStartTogetherMakeTheChosenFirstKeyOnce() throws Exception {
        try (var fresh = TestPlatform.fresh();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = fresh.get(FirstKey.class);
            for (int round = 0; round < 20; round++) {
                var chosen = "bl_round-" + round + "-chosen-by-the-operator";
                var together = new CyclicBarrier(2);
                Callable<Void> start = () -> {
                    together.await();
                    first.bootstrap(chosen);
                    return null;
                };
                for (var end : threads.invokeAll(List.of(start, start))) {
                    end.get();
                }
                assertThat(fresh.get(ApiKeys.class).authenticate(chosen)).isPresent();
            }
            var created = fresh.get(AuditTrail.class)
                    .page(0, Optional.of("system"), Optional.of("admin.key.create"), 99)
                    .entries();
            assertThat(created).hasSize(20);
        }
    }

    @Test
    void anotherChosenKeyTakesThePlaceOfTheOneBefore() {
        try (var fresh = TestPlatform.fresh()) {
            var first = fresh.get(FirstKey.class);
            var before = "bl_chosen-by-the-operator-0123456789";
            var after = "bl_chosen-by-the-operator-9876543210"; // the same first characters
            first.bootstrap(before);
            var others = fresh.get(ApiKeys.class).issue(ACTOR, "default", USER);
            first.bootstrap(after);
            assertThat(fresh.get(ApiKeys.class).authenticate(before)).isEmpty();
            var caller = fresh.get(ApiKeys.class).authenticate(after).orElseThrow();
            assertThat(caller.roles()).containsExactlyInAnyOrder(Role.OPERATOR, Role.USER);
            assertThat(fresh.get(ApiKeys.class).authenticate(others.secret())).isPresent();
            assertThatThrownBy(() -> first.bootstrap(before))
                    .isInstanceOf(BootstrapKeyException.class)
                    .hasMessageContaining("was revoked");
            assertThat(fresh.get(ApiKeys.class).authenticate(before)).isEmpty();
            assertThat(fresh.get(ApiKeys.class).authenticate(after)).isPresent();
            assertThat(fresh
                            .get(AuditTrail.class)
                            .page(0, Optional.of("system"), Optional.of("admin.key.revoke"), 9)
                            .entries()
                            .stream()
                            .map(entry -> entry.detail()))
                    .containsExactly("{\"replaced_by\":\"" + caller.keyPrefix() + "\"}");
        }
    }

    @Test
    void aKeyMayBeForBackgroundWork() {
        var rights = new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.BATCH, Optional.empty());
        var issued = keys.issue(ACTOR, "default", rights);
        assertThat(keys.authenticate(issued.secret()).orElseThrow().priority()).isEqualTo(Priority.BATCH);
        assertThat(keys.find("default", issued.key().prefix()).orElseThrow().rights())
                .isEqualTo(rights);
        var next = keys.rotate(ACTOR, "default", issued.key().prefix(), Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow();
        assertThat(keys.authenticate(next.secret()).orElseThrow().priority()).isEqualTo(Priority.BATCH);
    }

    @Test
    void aRotatedKeyOverlapsWithItsSuccessor() {
        var old = keys.issue(ACTOR, "default", USER);
        var next = keys.rotate(ACTOR, "default", old.key().prefix(), Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow();
        assertThat(next.key().rights().roles()).isEqualTo(old.key().rights().roles());
        assertThat(next.key().rights().models()).isEqualTo(old.key().rights().models());
        assertThat(keys.authenticate(next.secret())).isPresent();
        assertThat(keys.authenticate(old.secret())).isPresent();
        assertThat(keys.find("default", old.key().prefix())
                        .orElseThrow()
                        .rights()
                        .expiresAt())
                .hasValueSatisfying(end -> assertThat(end).isAfter(Instant.now().plus(Duration.ofHours(23))));
        expire(old.key());
        assertThat(keys.authenticate(old.secret())).isEmpty();
        assertThat(keys.authenticate(next.secret())).isPresent();
        assertThat(keys.rotate(ACTOR, "default", old.key().prefix(), Duration.ofDays(1), UnaryOperator.identity()))
                .isEmpty();
    }

    @Test
    void aKeyHasOneSuccessor() {
        String old = keys.issue(ACTOR, "default", USER).key().prefix();
        var next = keys.rotate(ACTOR, "default", old, Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow();
        assertThatThrownBy(() -> keys.rotate(ACTOR, "default", old, Duration.ofDays(1), UnaryOperator.identity()))
                .isInstanceOf(TenantConflictException.class)
                .hasMessageContaining("Rotate its successor");
        var last = keys.rotate(ACTOR, "default", next.key().prefix(), Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow();
        assertThat(last.key().rights().expiresAt()).isEmpty();
    }

    @Test
    void aRotationAndTheDeletionOfItsTenantWaitForEachOther() throws Exception {
        var tenant = "t" + UUID.randomUUID();
        tenants.create(ACTOR, new Tenant(tenant, List.of(), 4, 1));
        var prefix = keys.issue(ACTOR, tenant, USER).key().prefix();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var deletion = platform.superuserConnection();
                var statement = deletion.createStatement()) {
            deletion.setAutoCommit(false);
            statement.execute("SELECT id FROM tenant WHERE id = '" + tenant + "' FOR UPDATE");
            var rotation = threads.submit(
                    () -> keys.rotate(ACTOR, tenant, prefix, Duration.ofDays(1), UnaryOperator.identity()));
            Patience.await().until(this::isSomebodyWaiting);
            statement.execute("DELETE FROM tenant WHERE id = '" + tenant + "'");
            deletion.commit();
            assertThatThrownBy(rotation::get).hasCauseInstanceOf(UnknownTenantException.class);
        }
    }

    private boolean isSomebodyWaiting() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND usename = 'baseload_app' AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }

    @Test
    void itIsKnownWhenAKeyWasUsedLast() {
        var issued = keys.issue(ACTOR, "default", USER);
        keys.writeUses();
        assertThat(keys.find("default", issued.key().prefix()).orElseThrow().lastUsedAt())
                .isEmpty();
        keys.authenticate(issued.secret());
        keys.writeUses();
        assertThat(keys.find("default", issued.key().prefix()).orElseThrow().lastUsedAt())
                .isPresent();
    }

    @Test
    void aChangedKeyHasItsNewRightsFromTheNextRequestOn() {
        var issued = keys.issue(ACTOR, "default", USER);
        var prefix = issued.key().prefix();
        var rights = new ApiKey.Rights(Set.of(Role.AUDITOR), Set.of("a", "b"), Priority.BATCH, Optional.empty());
        assertThat(keys.change(ACTOR, "default", prefix, before -> {
                    assertThat(before).isEqualTo(USER);
                    return rights;
                }))
                .hasValueSatisfying(key -> assertThat(key.rights()).isEqualTo(rights));
        assertThat(keys.authenticate(issued.secret()))
                .hasValue(new Caller("default", 1, prefix, rights.roles(), rights.models(), Priority.BATCH));
        assertThat(platform.get(AuditTrail.class)
                        .page(0, Optional.of("default"), Optional.of("admin.key.change"), 1000)
                        .entries()
                        .getLast())
                .satisfies(entry -> {
                    assertThat(entry.subject()).isEqualTo("tenants/default/keys/" + prefix);
                    assertThat(entry.detail())
                            .isEqualTo("{\"models\":[\"a\",\"b\"],\"priority\":\"batch\",\"roles\":[\"auditor\"]}");
                });
    }

    @Test
    void aChangeThatIsRefusedChangesNothing() {
        var prefix = keys.issue(ACTOR, "default", USER).key().prefix();
        assertThatThrownBy(() -> keys.change(ACTOR, "default", prefix, before -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(keys.find("default", prefix).orElseThrow().rights()).isEqualTo(USER);
        assertThat(keys.change(ACTOR, "other", prefix, before -> before)).isEmpty();
        keys.revoke(ACTOR, "default", prefix);
        assertThat(keys.change(ACTOR, "default", prefix, before -> before)).isEmpty();
    }

    @Test
    void nobodyManagesKeysThatMayDoMoreThanHisOwn() {
        var admin = new Caller("acme", 1, "bl_a", Set.of(Role.TENANT_ADMIN), Set.of(), Priority.INTERACTIVE);
        assertThat(admin.mayManage("acme", rights(Set.of(Role.USER, Role.TENANT_ADMIN, Role.AUDITOR), Set.of())))
                .isTrue();
        assertThat(admin.mayManage("other", rights(Set.of(Role.USER), Set.of())))
                .isFalse();
        assertThat(admin.mayManage("acme", rights(Set.of(Role.OPERATOR), Set.of())))
                .isFalse();
        assertThat(admin.mayManage("acme", rights(Set.of(Role.METRICS), Set.of())))
                .isFalse();
        var house = new Caller("default", 1, "bl_d", Set.of(Role.TENANT_ADMIN), Set.of(), Priority.INTERACTIVE);
        assertThat(house.mayManage("default", rights(Set.of(Role.AUDITOR), Set.of())))
                .isFalse(); // it would see all tenants
        var narrow = new Caller("acme", 1, "bl_n", Set.of(Role.TENANT_ADMIN), Set.of("tiny"), Priority.INTERACTIVE);
        assertThat(narrow.mayManage("acme", rights(Set.of(Role.USER), Set.of())))
                .isFalse();
        assertThat(narrow.mayManage("acme", rights(Set.of(Role.USER), Set.of("tiny"))))
                .isTrue();
        assertThat(new Caller("acme", 1, "bl_u", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE)
                        .mayManage("acme", rights(Set.of(Role.USER), Set.of())))
                .isFalse();
        var batch = new Caller("acme", 1, "bl_b", Set.of(Role.TENANT_ADMIN), Set.of(), Priority.BATCH);
        assertThat(batch.mayManage("acme", rights(Set.of(Role.USER), Set.of()))).isFalse();
        assertThat(batch.mayManage(
                        "acme", new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.BATCH, Optional.empty())))
                .isTrue();
    }

    private static ApiKey.Rights rights(Set<Role> roles, Set<String> models) {
        return new ApiKey.Rights(roles, models, Priority.INTERACTIVE, Optional.empty());
    }
}
