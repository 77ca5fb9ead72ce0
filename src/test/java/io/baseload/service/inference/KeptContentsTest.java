package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.ContentPage;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.ContentPolicy;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.service.contents.KeptContent;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.encryption.SealException;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prompts and answers of tenants that want them kept; on a real PostgreSQL. */
class KeptContentsTest {
    private static final Actor ACTOR = new Actor("default", "bl_operator");
    private static final JsonMapper JSON = new JsonMapper();

    private static TestPlatform platform;
    private static TinyModel model;
    private static Contents contents;

    @BeforeAll
    static void start() {
        platform = TestPlatform.fresh(TinyInference.class);
        model = platform.get(TinyModel.class);
        contents = platform.get(Contents.class);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void nothingIsKeptUnlessTheTenantWantsIt() throws Exception {
        String tenant = tenant();
        var client = answered(tenant, 2);
        assertThat(read(tenant)).isEmpty();
        assertThat(detail(client, AuditEntry.COMPLETION_INTENT).has("prompt_digest"))
                .isFalse();
        assertThat(detail(client, AuditEntry.COMPLETION_OUTCOME).has("answer_digest"))
                .isFalse();
    }

    @Test
    void keptContentsAreSealedAndTheTrailHasTheirDigests() throws Exception {
        String tenant = keeping();
        var client = answered(tenant, 2);
        List<KeptContent> kept = read(tenant);
        assertThat(kept).extracting(KeptContent::part).containsExactly(ContentPart.PROMPT, ContentPart.ANSWER);
        assertThat(text(kept.getFirst())).isEqualTo("{\"tokens\":[[0,0,0]]}");
        assertThat(text(kept.getLast()))
                .isEqualTo("{\"answers\":[{\"index\":0,\"content\":\"word word \",\"finish_reason\":\"length\"}]}");
        assertThat(detail(client, AuditEntry.COMPLETION_INTENT)
                        .get("prompt_digest")
                        .asString())
                .isEqualTo(digest(kept.getFirst()));
        assertThat(detail(client, AuditEntry.COMPLETION_OUTCOME)
                        .get("answer_digest")
                        .asString())
                .isEqualTo(digest(kept.getLast()));
        assertThat(platform.superuser()
                        .sql("SELECT string_agg(encode(sealed, 'escape'), ' ') FROM content")
                        .query(String.class)
                        .single())
                .doesNotContain("word", "tokens");
        var reading = platform
                .get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of("admin.contents.read"), 1000)
                .entries()
                .stream()
                .filter(entry -> entry.subject().equals("tenants/" + tenant + "/contents"))
                .findFirst();
        assertThat(reading).hasValueSatisfying(entry -> {
            assertThat(entry.actor().keyPrefix()).isEqualTo("bl_operator");
            assertThat(entry.detail()).contains("\"found\":2");
        });
    }

    @Test
    void aReaderOfPagesMissesNothing() {
        String tenant = keeping();
        var owner = new ContentOwner(tenant, UUID.randomUUID(), "req_1", Optional.empty(), Optional.empty());
        var transactions = platform.get(TransactionOperations.class);
        transactions.executeWithoutResult(status -> contents.storePrompts(List.of(sealed(owner, ContentPart.PROMPT))));
        var stored = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var slow = CompletableFuture.runAsync(
                () -> transactions.executeWithoutResult(status -> {
                    contents.storeAnswers(List.of(sealed(owner, ContentPart.ANSWER)));
                    stored.countDown();
                    awaited(mayEnd);
                }),
                Thread::startVirtualThread);
        awaited(stored);
        var other = new ContentOwner(tenant, UUID.randomUUID(), "req_2", Optional.empty(), Optional.empty());
        transactions.executeWithoutResult(status -> contents.storePrompts(List.of(sealed(other, ContentPart.PROMPT))));

        var first = CompletableFuture.supplyAsync(() -> page(tenant, 0, 10), Thread::startVirtualThread);
        Patience.await().until(() -> first.isDone() || waiting());
        mayEnd.countDown();
        slow.join();
        var seen = new ArrayList<>(first.join().contents());
        seen.addAll(page(tenant, seen.getLast().id(), 10).contents());
        assertThat(seen)
                .extracting(kept -> kept.owner().requestId(), KeptContent::part)
                .containsExactly(
                        tuple("req_1", ContentPart.PROMPT),
                        tuple("req_1", ContentPart.ANSWER),
                        tuple("req_2", ContentPart.PROMPT));

        transactions.executeWithoutResult(status -> contents.storeAnswers(List.of(sealed(owner, ContentPart.ANSWER))));
        assertThat(page(tenant, seen.getLast().id(), 10).contents())
                .as("an answer that is longer now")
                .extracting(kept -> kept.owner().requestId(), KeptContent::part)
                .containsExactly(tuple("req_1", ContentPart.ANSWER));
    }

    @Test
    void aPageThatFindsNoRoomIsNoRead() {
        String tenant = keeping();
        var owner = new ContentOwner(tenant, UUID.randomUUID(), "req_1", Optional.empty(), Optional.empty());
        platform.get(TransactionOperations.class)
                .executeWithoutResult(status -> contents.storePrompts(List.of(sealed(owner, ContentPart.PROMPT))));
        assertThatThrownBy(() -> contents.read(ACTOR, tenant, ContentSelection.ALL, 0, 10, bytes -> {
                    throw new IllegalStateException(bytes + " are too many");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(platform.get(AuditTrail.class)
                        .page(0, Optional.empty(), Optional.of("admin.contents.read"), 1000)
                        .entries())
                .noneMatch(entry -> entry.subject().equals("tenants/" + tenant + "/contents"));
    }

    private static ContentPage page(String tenant, long after, int limit) {
        return contents.read(ACTOR, tenant, ContentSelection.ALL, after, limit, bytes -> {});
    }

    private static SealedContent sealed(ContentOwner owner, ContentPart part) {
        return contents.sealer(owner.tenant()).orElseThrow().seal(owner, part, new byte[] {1});
    }

    private static boolean waiting() {
        return platform.superuser()
                        .sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                        .query(Integer.class)
                        .single()
                > 0;
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCancelledAnswerIsKeptAsFarAsItCame() throws Exception {
        String tenant = keeping();
        var client = client(tenant);
        var asked = client.ask(3, 100);
        model.steps.release(3);
        Patience.await().until(() -> asked.completion().usage().completion() == 3);
        asked.completion().cancel();
        assertThat(client.finished().cancelled()).isTrue();
        assertThat(text(read(tenant).getLast()))
                .isEqualTo("{\"answers\":[{\"index\":0,\"content\":\"word word word \"}]}");
    }

    @Test
    void aLateReportDoesNotReplaceTheAnswer() throws Exception {
        String tenant = keeping();
        answered(tenant, 2);
        KeptContent answer = read(tenant).getLast();
        var late = new SealedContent(answer.owner(), ContentPart.ANSWER, new byte[16], new byte[32], new byte[40]);
        platform.get(ReservationLedger.class)
                .transactions()
                .progress(Map.of(answer.owner().reservation(), 1L), List.of(late));
        assertThat(read(tenant).getLast().text()).isEqualTo(answer.text());
    }

    @Test
    void theReportedPartOfALostAnswerIsKept() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var first = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            first.get(Contents.class).change(ACTOR, Tenant.DEFAULT, new ContentPolicy(true, OptionalInt.empty()));
            var client = new Client(first.get(Inference.class), Tenant.DEFAULT);
            client.ask(3, 100);
            first.get(TinyModel.class).steps.release(2);
            Patience.await()
                    .until(() -> first
                            .get(Contents.class)
                            .read(ACTOR, Tenant.DEFAULT, ContentSelection.ALL, 0, 10, bytes -> {})
                            .contents()
                            .stream()
                            .anyMatch(kept -> text(kept).contains("word word ")));
            line.cut(); // or the first process might settle it itself
            first.superuser().sql("DELETE FROM instance").update();
            try (var second = first.beside(TinyInference.class)) {
                Patience.await().until(() -> lost(second).isPresent());
                var kept = second.get(Contents.class)
                        .read(ACTOR, Tenant.DEFAULT, ContentSelection.ALL, 0, 10, bytes -> {})
                        .contents()
                        .getLast();
                assertThat(lost(second).orElseThrow().get("answer_digest").asString())
                        .isEqualTo(HexFormat.of().formatHex(kept.digest()));
            }
            line.mend();
        }
    }

    private static Optional<JsonNode> lost(TestPlatform at) {
        return at
                .get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of(AuditEntry.COMPLETION_OUTCOME), 10)
                .entries()
                .stream()
                .map(entry -> JSON.readTree(entry.detail()))
                .filter(detail -> detail.get("state").asString().equals("lost"))
                .findFirst();
    }

    @Test
    void erasedContentsAreGoneAndTheTrailVerifiesAsBefore() throws Exception {
        String tenant = keeping();
        var one = answered(tenant, 1);
        answered(tenant, 1);
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.of(one.requestId), Optional.empty())))
                .isEqualTo(2);
        assertThat(read(tenant)).hasSize(2);
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.empty(), Optional.of("nobody"))))
                .isZero();
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.empty(), Optional.of("hash-of-ann"))))
                .isEqualTo(2);
        assertThat(read(tenant)).isEmpty();
        assertThat(detail(one, AuditEntry.COMPLETION_INTENT).has("prompt_digest"))
                .isTrue();
        assertThat(platform.get(AuditVerifier.class).verify().integrity().ok()).isTrue();
    }

    @Test
    void contentsOfAUserAreErasedInParts() throws Exception {
        String tenant = keeping();
        answered(tenant, 1);
        copies(tenant, 2_500);
        assertThat(contents.erase(ACTOR, tenant, selection(Optional.empty(), Optional.of("hash-of-ann"))))
                .isEqualTo(2_502);
        assertThat(read(tenant)).isEmpty();
        assertThat(platform
                        .get(AuditTrail.class)
                        .page(0, Optional.empty(), Optional.of("admin.contents.erase"), 1000)
                        .entries()
                        .stream()
                        .filter(entry -> entry.subject().equals("tenants/" + tenant + "/contents"))
                        .map(entry ->
                                JSON.readTree(entry.detail()).get("erased").asInt()))
                .containsExactly(1_000, 1_000, 502);
    }

    @Test
    void aPageEndsWhereItsContentsAreLarge() throws Exception {
        String tenant = keeping();
        answered(tenant, 1);
        var sealer = contents.sealer(tenant).orElseThrow();
        for (int i = 0; i < 4; i++) {
            var owner = new ContentOwner(tenant, UUID.randomUUID(), "r" + i, Optional.empty(), Optional.empty());
            contents.storePrompts(List.of(sealer.seal(owner, ContentPart.PROMPT, new byte[5 << 20])));
        }
        var page = page(tenant, 0, 10);
        assertThat(page.contents())
                .as("two small ones, and large ones until there is enough")
                .hasSize(3);
        assertThat(page.more()).isTrue();
        long last = page.contents().getLast().id();
        page = page(tenant, last, 10);
        assertThat(page.contents()).hasSize(1);
        assertThat(page.more()).isTrue();
        page = page(tenant, 0, 1);
        assertThat(page.contents()).hasSize(1);
        assertThat(page.more()).isTrue();
    }

    /** More prompts of the same user. */
    private static void copies(String tenant, int count) {
        platform.superuser().sql("""
            INSERT INTO content (reservation, part, tenant, request_id, end_user, safety_identifier, salt, digest, sealed)
            SELECT gen_random_uuid(), part, tenant, request_id, end_user, safety_identifier, salt, digest, sealed
            FROM content, generate_series(1, ?) WHERE tenant = ? AND part = 'prompt'\
            """).params(count, tenant).update();
    }

    @Test
    void contentsErasedDuringTheAnswerStayErased() throws Exception {
        String tenant = keeping();
        var client = client(tenant);
        client.ask(3, 2);
        assertThat(contents.erase(ACTOR, tenant, ContentSelection.ALL)).isEqualTo(1);
        model.steps.release(2);
        client.finished();
        assertThat(read(tenant)).isEmpty();
        assertThat(detail(client, AuditEntry.COMPLETION_OUTCOME).has("answer_digest"))
                .isTrue();
    }

    @Test
    void erasesContentsOlderThanTheTenantWants() throws Exception {
        String tenant = keeping();
        answered(tenant, 1);
        String other = keeping();
        answered(other, 1);
        contents.change(ACTOR, tenant, new ContentPolicy(true, OptionalInt.of(30)));
        assertThat(contents.expire()).isZero();
        platform.superuser()
                .sql("UPDATE content SET at = at - interval '31 days' WHERE tenant IN (?, ?)")
                .params(tenant, other)
                .update();
        assertThat(contents.expire()).isEqualTo(2);
        assertThat(read(tenant)).isEmpty();
        assertThat(read(other)).hasSize(2);
    }

    @Test
    void answersNothingThatShouldBeKeptAndCannotBe() throws Exception {
        String tenant = keeping();
        int started = model.started.get();
        platform.owner().sql("REVOKE INSERT ON content FROM baseload_app").update();
        try {
            assertThatThrownBy(() -> client(tenant).ask(3, 1)).isInstanceOf(LedgerUnavailableException.class);
            answered(tenant(), 1); // another tenant
        } finally {
            platform.owner().sql("GRANT INSERT ON content TO baseload_app").update();
        }
        assertThat(model.started.get()).isEqualTo(started + 1);
        assertThat(platform.counted(tenant)).allMatch(counted -> counted.reserved() == 0);
        answered(tenant, 1);
    }

    @Test
    void aProcessWithoutTheKeyRefusesAndANewKeyTakesOver(@TempDir Path folder) throws Exception {
        String tenant = keeping();
        answered(tenant, 1);
        String next = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n";
        Path alone = Files.writeString(folder.resolve("alone"), next);
        try (var other = platform.elsewhere("--baseload.encryption.key-file=" + alone)) {
            assertThatThrownBy(() -> other.get(Contents.class).sealer(tenant)).isInstanceOf(SealException.class);
        }
        try (var none = platform.elsewhere("--baseload.encryption.key-file=#{null}")) {
            var there = none.get(Contents.class);
            var on = new ContentPolicy(true, OptionalInt.empty());
            assertThatThrownBy(() -> there.change(ACTOR, tenant, on)).isInstanceOf(SealException.class);
            there.change(ACTOR, tenant, ContentPolicy.NONE);
            assertThat(there.sealer(tenant)).isEmpty();
            String unheard = tenant();
            there.change(ACTOR, unheard, ContentPolicy.NONE);
            contents.change(ACTOR, unheard, on);
            assertThat(contents.policy(unheard).keep()).isTrue();
            contents.change(ACTOR, tenant, on);
        }
        Path both = Files.writeString(folder.resolve("both"), next + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
        platform.elsewhere("--baseload.encryption.key-file=" + both).close();
        try (var other = platform.elsewhere("--baseload.encryption.key-file=" + alone)) {
            assertThat(other.get(Contents.class)
                            .read(ACTOR, tenant, ContentSelection.ALL, 0, 10, bytes -> {})
                            .contents())
                    .hasSize(2);
        }
        Path back = Files.writeString(folder.resolve("back"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n" + next);
        platform.elsewhere("--baseload.encryption.key-file=" + back).close();
    }

    @Test
    void aNewMasterKeyEncryptsOnceAllProcessesKnowIt(@TempDir Path folder) throws Exception {
        String tenant = keeping();
        answered(tenant, 1);
        String old = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
        String next = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n";
        Path known = Files.writeString(folder.resolve("known"), old + next);
        Path used = Files.writeString(folder.resolve("used"), next + old);
        try (var prepared = platform.elsewhere("--baseload.encryption.key-file=" + known)) {
            platform.elsewhere("--baseload.encryption.key-file=" + used).close();
            assertThat(prepared.get(Contents.class)
                            .read(ACTOR, tenant, ContentSelection.ALL, 0, 10, bytes -> {})
                            .contents())
                    .hasSize(2);
            assertThatThrownBy(() -> read(tenant))
                    .as("by a process that has the old key only")
                    .isInstanceOf(SealException.class);
        } finally {
            platform.elsewhere("--baseload.encryption.key-file=" + known).close();
        }
        assertThat(read(tenant)).hasSize(2);
    }

    private static ContentSelection selection(Optional<String> request, Optional<String> user) {
        return new ContentSelection(request, user, Optional.empty(), Optional.empty());
    }

    private static String tenant() {
        String id = "t" + UUID.randomUUID();
        platform.get(Tenants.class).create(ACTOR, new Tenant(id, List.of(), 100, 1));
        return id;
    }

    private static String keeping() {
        String id = tenant();
        contents.change(ACTOR, id, new ContentPolicy(true, OptionalInt.empty()));
        return id;
    }

    private static Client client(String tenant) {
        return new Client(platform.get(Inference.class), tenant);
    }

    private static Client answered(String tenant, int tokens) throws Exception {
        var client = client(tenant);
        client.ask(3, tokens);
        model.steps.release(tokens);
        assertThat(client.last()).isInstanceOf(CompletionEvent.Finished.class);
        return client;
    }

    private static List<KeptContent> read(String tenant) {
        return page(tenant, 0, 100).contents();
    }

    private static JsonNode detail(Client client, String kind) {
        return platform
                .get(AuditTrail.class)
                .page(0, Optional.of(client.tenant()), Optional.of(kind), 1000)
                .entries()
                .stream()
                .filter(entry -> entry.subject().equals(client.requestId))
                .map(entry -> JSON.readTree(entry.detail()))
                .findFirst()
                .orElseThrow();
    }

    private static String text(KeptContent kept) {
        return new String(kept.text(), StandardCharsets.UTF_8);
    }

    private static String digest(KeptContent kept) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(kept.salt());
        return HexFormat.of().formatHex(digest.digest(kept.text()));
    }
}
