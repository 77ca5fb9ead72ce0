package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.ApiException;
import io.baseload.testing.TestPlatform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Files on a real PostgreSQL. */
class FileStoreTest {
    private static final Actor ACTOR = new Actor("default", "bl_user");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static TestPlatform platform;
    private static FileStore files;

    @BeforeAll
    static void start() {
        platform = TestPlatform.fresh(BatchConfiguration.class);
        files = platform.get(FileStore.class);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static String tenant() {
        String id = "t" + COUNT.incrementAndGet();
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(), 100, 1));
        return id;
    }

    private static StoredFile stored(String tenant, byte[] text) {
        FileDraft draft = files.begin(tenant, "lines.jsonl", text.length);
        draft.write(text, 0, text.length);
        draft.close();
        return files.finish(ACTOR, draft, Optional.empty());
    }

    private static byte[] read(StoredFile file) throws IOException {
        var text = new ByteArrayOutputStream();
        files.copy(file, text);
        return text.toByteArray();
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aFileHasItsContentWhereverItsPiecesEnd() throws IOException {
        String tenant = tenant();
        for (int length :
                new int[] {0, 1, FileDraft.PIECE - 1, FileDraft.PIECE, FileDraft.PIECE + 1, 3 * FileDraft.PIECE}) {
            byte[] text = bytes(length);
            assertThat(read(stored(tenant, text))).as("%d bytes", length).isEqualTo(text);
        }
    }

    @Test
    void aFileIsSealedAndItsTenantsAlone() {
        String tenant = tenant();
        StoredFile file = stored(tenant, "secret words".getBytes(StandardCharsets.UTF_8));
        assertThat(files.find(tenant, file.id())).contains(file);
        String other = tenant();
        assertThat(files.find(other, file.id())).isEmpty();
        assertThat(files.delete(ACTOR, other, file.id())).isFalse();
        assertThat(platform.superuser()
                        .sql("SELECT encode(sealed, 'escape') FROM stored_file_piece WHERE file = ?")
                        .param(file.id())
                        .query(String.class)
                        .single())
                .doesNotContain("secret", "words");
    }

    @Test
    void piecesThatWereExchangedOrCutOffAreNotRead() {
        String tenant = tenant();
        StoredFile exchanged = stored(tenant, bytes(3 * FileDraft.PIECE));
        change("UPDATE stored_file_piece SET place = 2 - place + 10 WHERE file = ?", exchanged);
        change("UPDATE stored_file_piece SET place = place - 10 WHERE file = ?", exchanged);
        assertThatThrownBy(() -> read(exchanged)).isInstanceOf(UnreadableException.class);
        StoredFile cut = stored(tenant, bytes(2 * FileDraft.PIECE));
        change("UPDATE stored_file SET bytes = bytes / 2 WHERE id = ?", cut);
        StoredFile shorter = files.find(tenant, cut.id()).orElseThrow();
        assertThatThrownBy(() -> read(shorter)).isInstanceOf(UnreadableException.class);
        var refused =
                catchThrowableOfType(ApiException.class, () -> files.send(exchanged, OutputStream.nullOutputStream()));
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).contains(ApiException.STORAGE_UNAVAILABLE);
    }

    private static void change(String sql, StoredFile file) {
        platform.superuser().sql(sql).param(file.id()).update();
    }

    @Test
    void aTenantHasRoomForWhatIsUploadedAtTheSameTimeToo() {
        String tenant = tenant();
        long most = 200 << 20;
        FileDraft first = files.begin(tenant, "a", most);
        var refused = catchThrowableOfType(ApiException.class, () -> files.begin(tenant, "b", most));
        assertThat(refused.status()).isEqualTo(413);
        files.discard(first);
        files.discard(files.begin(tenant, "b", most));
    }

    @Test
    void theTrailHasWhatIsStoredDeletedAndExpired() {
        String tenant = tenant();
        StoredFile deleted = stored(tenant, bytes(10));
        assertThat(files.delete(ACTOR, tenant, deleted.id())).isTrue();
        assertThat(files.delete(ACTOR, tenant, deleted.id())).isFalse();
        StoredFile expired = stored(tenant, bytes(10));
        change("UPDATE stored_file SET expires_at = clock_timestamp() WHERE id = ?", expired);
        assertThat(files.find(tenant, expired.id())).isEmpty();
        files.expire();
        assertThat(entries(tenant, deleted)).containsExactly("admin.file.create", "admin.file.delete");
        assertThat(entries(tenant, expired)).containsExactly("admin.file.create", "admin.file.expire");
    }

    @Test
    void aTransactionErasesFilesUpToASize() {
        String tenant = tenant();
        for (int i = 0; i < 5; i++) {
            change("UPDATE stored_file SET expires_at = clock_timestamp() WHERE id = ?", stored(tenant, bytes(10)));
        }
        var rows = new FileRows(platform.jdbc());
        assertThat(rows.expire(100, 1)).as("always one").hasSize(1);
        assertThat(rows.expire(100, 20)).as("until the size is reached").hasSize(2);
        assertThat(rows.expire(100, 1_000)).hasSize(2);
    }

    @Test
    void whereFilesCannotBeErasedBatchesAre() {
        String tenant = tenant();
        change("UPDATE stored_file SET expires_at = clock_timestamp() WHERE id = ?", stored(tenant, bytes(10)));
        execute("INSERT INTO batch (tenant, id, input_file, endpoint, completion_window, key_prefix, address,"
                + " expires_at, ended_at) VALUES ('" + tenant
                + "', 'batch_old', '', '', '', '', '', '2020-01-01', '2020-01-01')");
        execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$");
        execute("CREATE TRIGGER refuse BEFORE DELETE ON stored_file EXECUTE FUNCTION refuse()");
        try {
            platform.get(FileSweeper.class).sweep();
        } finally {
            execute("DROP TRIGGER refuse ON stored_file");
        }
        assertThat(platform.superuser()
                        .sql("SELECT count(*) FROM batch WHERE id = 'batch_old'")
                        .query(Integer.class)
                        .single())
                .isZero();
        files.expire();
        assertThat(new FileRows(platform.jdbc()).taken(tenant).files()).isZero();
    }

    private static void execute(String sql) {
        platform.superuser().sql(sql).update();
    }

    @Test
    void anUploadIsLeftAloneAsLongAsSomethingComes() throws IOException {
        String tenant = tenant();
        byte[] text = bytes(3 * FileDraft.PIECE);
        FileDraft draft = files.begin(tenant, "slow", text.length);
        draft.write(text, 0, 2 * FileDraft.PIECE);
        platform.superuser()
                .sql("UPDATE stored_file SET at = at - interval '5 hours', written_at = at - interval '2 hours',"
                        + " expires_at = clock_timestamp() WHERE id = ?")
                .param(draft.id())
                .update();
        draft.write(text, 2 * FileDraft.PIECE, FileDraft.PIECE);
        files.expire();
        draft.close();
        assertThat(read(files.finish(ACTOR, draft, Optional.empty()))).isEqualTo(text);
    }

    @Test
    void anUploadToWhichNothingIsAddedAnyMoreIsErased() {
        String tenant = tenant();
        FileDraft draft = files.begin(tenant, "left", 10);
        platform.superuser()
                .sql("UPDATE stored_file SET written_at = written_at - interval '2 hours' WHERE id = ?")
                .param(draft.id())
                .update();
        files.expire();
        assertThat(new FileRows(platform.jdbc()).taken(tenant).files()).isZero();
    }

    private static List<String> entries(String tenant, StoredFile file) {
        return platform
                .get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of("admin.file."), 1000)
                .entries()
                .stream()
                .filter(entry -> entry.subject().equals("tenants/" + tenant + "/files/" + file.id()))
                .map(AuditEntry::kind)
                .toList();
    }
}
