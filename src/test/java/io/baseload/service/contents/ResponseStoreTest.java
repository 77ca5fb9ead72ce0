package io.baseload.service.contents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.encryption.SealException;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.QueryPlans;
import io.baseload.testing.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionOperations;

/** Stored responses on a real PostgreSQL. */
class ResponseStoreTest {
    private static final Actor ACTOR = new Actor("default", "bl_user");

    private static TestPlatform platform;
    private static ResponseStore store;
    private static Contents contents;

    @BeforeAll
    static void start() {
        platform = TestPlatform.fresh();
        store = platform.get(ResponseStore.class);
        contents = platform.get(Contents.class);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void aResponseIsSealedAndItsTenantsAlone() {
        String tenant = tenant();
        String id = stored(tenant, Optional.empty(), "secret words");
        assertThat(store.find(tenant, id))
                .hasValueSatisfying(text -> assertThat(text(text)).isEqualTo("secret words"));
        assertThat(store.find(tenant(), id)).isEmpty();
        assertThat(store.delete(ACTOR, tenant(), id)).isFalse();
        assertThat(platform.superuser()
                        .sql("SELECT encode(sealed, 'escape') FROM stored_response WHERE id = ?")
                        .param(id)
                        .query(String.class)
                        .single())
                .doesNotContain("secret", "words");
        assertThat(contents.policy(tenant))
                .as("its prompts are not kept for that")
                .isEqualTo(ContentPolicy.NONE);
        assertThat(contents.sealer(tenant)).isEmpty();
    }

    @Test
    void theTrailHasWhatIsStoredAndDeletedAndNoTexts() {
        String tenant = tenant();
        String id = stored(tenant, Optional.empty(), "secret words");
        assertThat(store.delete(ACTOR, tenant, id)).isTrue();
        assertThat(store.delete(ACTOR, tenant, id)).isFalse();
        assertThat(platform
                        .get(AuditTrail.class)
                        .page(0, Optional.empty(), Optional.of("admin.response."), 1000)
                        .entries()
                        .stream()
                        .filter(entry -> entry.subject().equals("tenants/" + tenant + "/responses/" + id)))
                .allMatch(entry -> !entry.detail().contains("secret"))
                .extracting(AuditEntry::kind)
                .containsExactly("admin.response.create", "admin.response.delete");
    }

    @Test
    void aConversationIsThereAsLongAsAllOfItIs() {
        String tenant = tenant();
        String first = stored(tenant, Optional.empty(), "1");
        String second = stored(tenant, Optional.of(first), "2");
        String third = stored(tenant, Optional.of(second), "3");
        assertThat(conversation(tenant, third)).contains(List.of("1", "2", "3"));
        assertThat(conversation(tenant(), third)).isEmpty();
        assertThatThrownBy(() -> store.conversation(tenant, third, bytes -> {
                    throw new IllegalStateException(bytes + " are too many");
                }))
                .hasMessageMatching("[1-9][0-9]* are too many");
        store.delete(ACTOR, tenant, second);
        assertThat(conversation(tenant, third)).isEmpty();
        assertThat(conversation(tenant, first)).contains(List.of("1"));
        assertThat(store.store(ACTOR, response(tenant, Optional.of(second), "4")))
                .isFalse();
    }

    @Test
    void aConversationExpiresAWhileAfterItsLastAnswer() {
        String tenant = tenant();
        String first = stored(tenant, Optional.empty(), "1");
        String other = stored(tenant, Optional.empty(), "other");
        age(tenant, 29);
        String second = stored(tenant, Optional.of(first), "2");
        age(tenant, 2);
        assertThat(store.find(tenant, other)).isEmpty();
        assertThat(conversation(tenant, other)).isEmpty();
        assertThat(store.delete(ACTOR, tenant, other)).isFalse();
        assertThat(conversation(tenant, second)).contains(List.of("1", "2"));
        contents.expire();
        assertThat(rows(tenant)).isEqualTo(2);
        assertThat(conversation(tenant, second)).isPresent();
    }

    private static void age(String tenant, int days) {
        platform.superuser()
                .sql("UPDATE stored_response SET at = at - ? * interval '1 day', expires_at = expires_at - ? * interval"
                        + " '1 day' WHERE tenant = ?")
                .params(days, days, tenant)
                .update();
    }

    @Test
    void contentsAndResponsesAreErasedTogether() {
        String tenant = tenant();
        var asked = response(tenant, Optional.empty(), "1");
        store.store(ACTOR, asked);
        stored(tenant, Optional.empty(), "2");
        String others = tenant();
        stored(others, Optional.empty(), "3");
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.of(asked.requestId()), Optional.empty())))
                .isEqualTo(1);
        assertThat(store.find(tenant, asked.id())).isEmpty();
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.empty(), Optional.of("nobody"))))
                .isZero();
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.empty(), Optional.of("hash-of-ann"))))
                .isEqualTo(1);
        stored(tenant, Optional.empty(), "4");
        contents.change(ACTOR, tenant, new ContentPolicy(false, OptionalInt.of(7)));
        age(tenant, 8);
        contents.expire();
        assertThat(rows(tenant)).isZero();
        stored(tenant, Optional.empty(), "5");
        assertThat(contents.erase(ACTOR, tenant, ContentSelection.ALL)).isEqualTo(1);
        assertThat(rows(others)).isEqualTo(1);
        platform.get(Tenants.class).delete(ACTOR, others);
        assertThat(rows(others)).isZero();
    }

    @Test
    void aResponseErasedWhileItWasGeneratedIsNotStored() {
        String tenant = tenant();
        var anns = response(tenant, Optional.empty(), "1");
        var nobodys = new StoredResponse(
                tenant,
                "resp_nobody",
                anns.begun(),
                Optional.empty(),
                "req_nobody",
                Optional.empty(),
                Optional.empty(),
                anns.text());
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.empty(), Optional.of("hash-of-ann"))))
                .isZero();
        assertThat(store.store(ACTOR, anns)).isFalse();
        assertThat(store.store(ACTOR, nobodys)).isTrue();
        stored(tenant, Optional.empty(), "a later request");
        assertThat(rows(tenant)).isEqualTo(2);

        var running = response(tenant, Optional.empty(), "2");
        contents.erase(ACTOR, tenant, selection(Optional.of(running.requestId()), Optional.empty()));
        assertThat(store.store(ACTOR, running)).isFalse();

        var before = response(tenant, Optional.empty(), "3");
        var upToNow = store.room(tenant).at();
        contents.erase(
                ACTOR,
                tenant,
                new ContentSelection(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(upToNow)));
        assertThat(store.store(ACTOR, before)).isFalse();
        platform.superuser()
                .sql("UPDATE content_erasure SET at = at - interval '8 days'")
                .update();
        contents.expire();
        assertThat(platform.superuser()
                        .sql("SELECT count(*) FROM content_erasure")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aTransactionErasesResponsesUpToASize() {
        String tenant = tenant();
        for (int i = 0; i < 4; i++) {
            stored(tenant, Optional.empty(), "x".repeat(1_000));
        }
        var table = new ContentRows(platform.jdbc());
        assertThat(table.erase(tenant, ContentSelection.ALL, 100, 1))
                .as("always one")
                .isEqualTo(1);
        age(tenant, 31);
        assertThat(table.expire(100, 2_000)).containsEntry(tenant, 2);
        assertThat(table.erase(tenant, ContentSelection.ALL, 100, 10_000)).isEqualTo(1);
    }

    /** A plan for any parameters would read all that is older, page after page. */
    @Test
    void pagesAndErasuresArePlannedForTheirParameters() {
        String tenant = tenant();
        var table = new ContentRows(platform.jdbc());
        assertThat(generalPlans("WITH next AS", i -> table.page(tenant, ContentSelection.ALL, i, i + 10, 10, 1_000)))
                .isZero();
        assertThat(generalPlans("WITH contents AS", i -> table.erase(tenant, ContentSelection.ALL, 10, 1_000 + i)))
                .isZero();
    }

    /** How often the database used a plan for any parameters, in one transaction, for a statement that the driver prepares because it comes often. */
    private static long generalPlans(String statement, IntConsumer often) {
        return platform.get(TransactionOperations.class).execute(status -> {
            IntStream.range(0, 10).forEach(often);
            return platform.jdbc()
                    .sql("SELECT generic_plans FROM pg_prepared_statements WHERE starts_with(statement, ?)")
                    .param(statement)
                    .query(Long.class)
                    .single();
        });
    }

    @Test
    void onlyWhatIsTooOldIsLookedAt() {
        List<String> plan = platform.get(TransactionOperations.class).execute(status -> {
            platform.jdbc().sql("SET LOCAL enable_seqscan = off").update();
            return QueryPlans.of(platform, ContentRows.EXPIRE, Map.of("most", "1000", "bytes", "1000"));
        });
        assertThat(plan)
                .filteredOn(line -> line.contains("Index Cond") && line.contains("(at < "))
                .as("contents and responses of a tenant: %s", plan)
                .hasSize(2);
        assertThat(plan).anyMatch(line -> line.contains("Index Cond") && line.contains("(expires_at <= "));
    }

    @Test
    void aTenantHasSoMuchRoom() {
        String tenant = tenant();
        long before = store.room(tenant).bytes();
        assertThat(before).isEqualTo(256L << 20);
        stored(tenant, Optional.empty(), "x".repeat(10_000));
        assertThat(before - store.room(tenant).bytes()).isBetween(10_000L, 10_100L);
    }

    @Test
    void aProcessWithoutTheKeyOpensNothing(@TempDir Path folder) throws Exception {
        String tenant = tenant();
        String id = stored(tenant, Optional.empty(), "1");
        Path alone = Files.writeString(folder.resolve("alone"), "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n");
        try (var other = platform.elsewhere("--baseload.encryption.key-file=" + alone)) {
            var there = other.get(ResponseStore.class);
            assertThatThrownBy(() -> there.find(tenant, id)).isInstanceOf(SealException.class);
            assertThatThrownBy(() -> there.store(ACTOR, response(tenant, Optional.empty(), "2")))
                    .isInstanceOf(SealException.class);
        }
        try (var off = platform.elsewhere("--baseload.responses.ttl=0s")) {
            assertThat(off.get(ResponseStore.class).isOpen()).isFalse();
        }
    }

    private static ContentSelection selection(Optional<String> request, Optional<String> user) {
        return new ContentSelection(request, user, Optional.empty(), Optional.empty());
    }

    private static String tenant() {
        String id = "t" + UUID.randomUUID();
        platform.get(Tenants.class).create(ACTOR, new Tenant(id, List.of(), 100, 1));
        return id;
    }

    private static StoredResponse response(String tenant, Optional<String> previous, String text) {
        return new StoredResponse(
                tenant,
                "resp_" + UUID.randomUUID(),
                store.room(tenant).at(),
                previous,
                "req_" + UUID.randomUUID(),
                Optional.empty(),
                Optional.of("hash-of-ann"),
                text.getBytes(StandardCharsets.UTF_8));
    }

    private static String stored(String tenant, Optional<String> previous, String text) {
        var response = response(tenant, previous, text);
        assertThat(store.store(ACTOR, response)).isTrue();
        return response.id();
    }

    private static Optional<List<String>> conversation(String tenant, String id) {
        return store.conversation(tenant, id, bytes -> {})
                .map(texts -> texts.stream().map(ResponseStoreTest::text).toList());
    }

    private static String text(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }

    private static int rows(String tenant) {
        return platform.superuser()
                .sql("SELECT count(*) FROM stored_response WHERE tenant = ?")
                .param(tenant)
                .query(Integer.class)
                .single();
    }
}
