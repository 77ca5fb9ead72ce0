package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Signed checkpoints, an owner of the database who truncates, rewrites and suppresses, and new and lost homes. */
class CheckpointsTest {
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");

    private TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void write() {
        append(10);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aCheckpointIsASignedNoteOverTheMerkleTree() {
        var checkpoint = take().orElseThrow();
        assertThat(checkpoint.size()).isEqualTo(10);
        var lines = checkpoint.note().split("\n", -1);
        assertThat(lines[0]).startsWith("baseload/");
        assertThat(lines[1]).isEqualTo("10");
        assertThat(lines[5]).isEmpty();
        assertThat(lines[6]).startsWith("— " + lines[0] + " ");
        var key = checkpoints().keys().getFirst().key();
        assertThat(SignedNote.parse(checkpoint.note()).isSignedBy(java.util.Set.of(VerifierKey.parse(key.text()))))
                .isTrue();
        var leaves = platform.get(AuditTrail.class).page(0, Optional.empty(), Optional.empty(), 10).entries().stream()
                .map(entry -> MerkleTree.leafHash(entry.canonical()))
                .toList();
        assertThat(checkpoint.root()).isEqualTo(MerkleTreeTest.root(leaves));
    }

    @Test
    void aRowThatIsNoKeyHidesNone() {
        take();
        var keys = checkpoints().keys();
        platform.jdbc()
                .sql("INSERT INTO audit_key (key) VALUES ('junk'), ('a+b+%'), ('')")
                .update();
        assertThat(checkpoints().keys()).isEqualTo(keys);
    }

    @Test
    void itIsTakenOnlyWhenSomethingIsNewAndSurvivesHalfALine() throws IOException {
        take();
        take();
        assertThat(Files.readAllLines(file())).hasSize(1);
        Files.writeString(file(), "{\"at\":\"2026-", StandardOpenOption.APPEND);
        append(1);
        take();
        assertThat(Files.readAllLines(file())).hasSize(3);
        assertThat(verify().integrity().ok()).isTrue();
        assertThat(verify().integrity().checkpoints()).isEqualTo(2);
    }

    @Test
    void theLastOneIsTakenAtShutdownAndTheNextProcessGoesOn() throws IOException {
        platform.close();
        assertThat(Files.readString(file())).contains("\"seq\":10");
        platform = platform.again();
        append(1);
        assertThat(take().orElseThrow().size()).isEqualTo(11);
        assertThat(verify().integrity().ok()).isTrue();
        assertThat(verify().integrity().checkpoints()).isEqualTo(2);
    }

    @Test
    void aFalseRowOfTheOwnerSuppressesNothingAndIsFound() {
        take();
        tamper("INSERT INTO audit_checkpoint (size, note, previous) VALUES (1000000000, 'x', '')");
        append(1);
        assertThat(take().orElseThrow().size()).isEqualTo(11);
        assertThat(platform.jdbc()
                        .sql("SELECT count(*) FROM audit_checkpoint WHERE size = 11")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(verify().integrity().firstBadSeq()).hasValue(12);
    }

    @Test
    void aCheckpointThatNobodySignedIsFound() {
        take();
        append(5);
        tamper("INSERT INTO audit_checkpoint SELECT 12, now(), replace(note, '10', '12'), '' FROM audit_checkpoint");
        assertThat(verify().integrity().firstBadSeq()).hasValue(12);
        assertThat(take().orElseThrow().size()).isEqualTo(15);
    }

    @Test
    void aTrailWithoutNewEntriesStaysCurrent() {
        take();
        Instant before = Instant.now();
        take();
        assertThat(checkpoints().status().currentAt()).isAfterOrEqualTo(before);
    }

    @Test
    void aCutTailIsNeverSigned() {
        take();
        Instant current = checkpoints().status().currentAt();
        cutTo(7);
        append(5);
        assertThat(take().orElseThrow().size()).isEqualTo(10);
        assertThat(checkpoints().status().refusal()).isPresent();
        assertThat(checkpoints().status().broken()).isTrue();
        assertThat(checkpoints().status().currentAt()).isEqualTo(current);
        assertThat(verify().integrity().firstBadSeq()).hasValue(10);
    }

    /** The owner has also cleared the file of checkpoints. */
    @Test
    void aCutTailIsNeverSignedByTheNextProcessEither() throws IOException {
        platform.close();
        Files.delete(file());
        cutTo(7);
        platform = platform.again();
        append(5);
        assertThat(take().orElseThrow().size()).isEqualTo(10);
        assertThat(checkpoints().status().refusal()).isPresent();
        assertThat(verify().integrity().ok()).isFalse();
        platform.close();
        assertThat(file()).doesNotExist();
    }

    /** Everything in the home that tells of it is gone, but for the anchor. */
    @Test
    void theAnchorOutsideRemembers() throws IOException {
        var anchor = "--baseload.audit.anchor.file=" + platform.home().resolve("elsewhere.jsonl");
        platform.close();
        platform = platform.again(anchor);
        append(1);
        take();
        assertThat(checkpoints().anchors())
                .singleElement()
                .satisfies(it -> assertThat(it.name()).isEqualTo("file"));
        platform.close();
        Files.delete(file());
        Files.delete(platform.home().resolve("audit-signed.json"));
        cutTo(7);
        platform = platform.again(anchor);
        append(9);
        assertThat(take()).isEmpty();
        assertThat(checkpoints().status().refusal())
                .hasValueSatisfying(reason -> assertThat(reason).contains("contradicts"));
    }

    /** A pod among several: the key is mounted, the home is empty. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void theAnchorIsTheMemoryOfAHomeThatDoesNotLast(CapturedOutput log) {
        var key = "--baseload.audit.key-file=" + platform.home().resolve("audit-key.pem");
        var anchor = "--baseload.audit.anchor.file=" + platform.home().resolve("anchor.jsonl");
        platform.close();
        platform = platform.elsewhere(key, anchor);
        append(1);
        assertThat(take().orElseThrow().size()).isEqualTo(11);
        platform.close();
        cutTo(7);
        platform = platform.elsewhere(key, anchor);
        append(9);
        assertThat(take()).isEmpty();
        assertThat(checkpoints().status().refusal())
                .hasValueSatisfying(reason -> assertThat(reason).contains("contradicts"));
        assertThat(log).doesNotContain("baseload.audit.anchor.file");
        platform.close();
        platform = platform.elsewhere(key);
        assertThat(log).contains("there is no baseload.audit.anchor.file");
    }

    @Test
    void severalProcessesAppendToOneFile() throws Exception {
        var checkpoint = take().orElseThrow();
        var shared = platform.home().resolve("shared.jsonl");
        var start = new CountDownLatch(1);
        Callable<Void> process = () -> {
            var anchor = new CheckpointFile(shared);
            start.await();
            for (int i = 0; i < 300; i++) {
                anchor.append(checkpoint);
            }
            return null;
        };
        try (var executor = Executors.newFixedThreadPool(2)) {
            var both = java.util.List.of(executor.submit(process), executor.submit(process));
            start.countDown();
            for (var one : both) {
                one.get();
            }
        }
        assertThat(Files.readAllLines(shared))
                .filteredOn(line -> !line.isEmpty())
                .hasSize(600)
                .containsOnly(checkpoint.line());
    }

    @Test
    void aRewrittenPastIsFoundWhereItWasSigned() {
        take();
        append(5);
        cutTo(12);
        assertThat(verify().integrity().ok()).isTrue(); // nobody has seen or signed those
        append(1);
        assertThat(take().orElseThrow().size()).isEqualTo(13);
        tamper("UPDATE audit_entry SET detail = '{\"i\":50}' WHERE seq = 5");
        assertThat(verify().integrity().firstBadSeq()).hasValue(5);
    }

    @Test
    void aNewHomeIsNoAlarmAndSignsOnceItTrusts() throws IOException {
        var key = checkpoints().keys().getFirst().key();
        platform.close();
        platform = platform.elsewhere();
        append(1);
        assertThat(take()).isEmpty();
        assertThat(checkpoints().status().refusal())
                .hasValueSatisfying(reason -> assertThat(reason).contains(key.id(), "audit trust"));
        assertThat(checkpoints().status().broken()).isFalse();
        assertThat(verify().integrity().ok()).isTrue();
        assertThat(verify().integrity().strangers()).containsExactly(key.name() + "+" + key.id());
        assertThat(checkpoints().keys())
                .filteredOn(known -> !known.trusted())
                .extracting(known -> known.key())
                .containsExactly(key);

        TrustedKeys.in(platform.home().path()).add(key);
        assertThat(take().orElseThrow().size()).isEqualTo(11);
        assertThat(verify().integrity().ok()).isTrue();
        assertThat(verify().integrity().strangers()).isEmpty();
        assertThat(platform.get(AuditTrail.class)
                        .page(11, Optional.empty(), Optional.of("admin.audit.trust"), 9)
                        .entries())
                .hasSize(1);
    }

    @Test
    void anotherTrailIsNotSignedUntilAnOperatorSaysSo() throws IOException {
        platform.close();
        tamper("UPDATE audit_log SET id = gen_random_uuid()");
        platform = platform.again();
        assertThat(take()).isEmpty();
        assertThat(checkpoints().status().refusal())
                .hasValueSatisfying(reason -> assertThat(reason).contains("--new-trail"));
        platform.close();
        assertThat(new SignedTrail(platform.home().path()).setAside()).hasSize(2);
        tamper("DELETE FROM audit_checkpoint");
        platform = platform.again();
        assertThat(take().orElseThrow().size()).isEqualTo(10);
    }

    @Test
    void aRotatedKeyIsNamedByTheOldOneAndSignsFromThenOn() {
        take();
        var old = checkpoints().keys().getFirst().key();
        var next = checkpoints().rotate(ACTOR);
        append(1);
        var checkpoint = take().orElseThrow();
        assertThat(checkpoint.signed().isSignedBy(java.util.Set.of(next))).isTrue();
        assertThat(checkpoint.signed().isSignedBy(java.util.Set.of(old))).isFalse();
        var both = platform.jdbc()
                .sql("SELECT note FROM audit_checkpoint WHERE size = 11")
                .query(String.class)
                .single();
        assertThat(SignedNote.parse(both).isSignedBy(java.util.Set.of(old))).isTrue();
        assertThat(SignedNote.parse(both).isSignedBy(java.util.Set.of(next))).isTrue();
        assertThat(verify().integrity().ok()).isTrue();
        platform.close();
        platform = platform.again();
        append(1);
        assertThat(take().orElseThrow().signed().isSignedBy(java.util.Set.of(next)))
                .isTrue();
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void aHomeThatMayNotSignRotatesNoKey() throws IOException {
        platform.close();
        platform = platform.elsewhere();
        append(1);
        var own = checkpoints().keys().getFirst().key();
        assertThatThrownBy(() -> checkpoints().rotate(ACTOR))
                .isInstanceOf(NotSignedException.class)
                .hasMessageContaining("audit trust");
        assertThat(checkpoints().keys().getFirst().key()).isEqualTo(own);
        assertThat(platform.home().resolve("audit-signed.json")).doesNotExist();
        assertThat(SigningKey.successor(platform.home().resolve("audit-key.pem")))
                .doesNotExist();
        assertThat(changesOfKeys()).isEmpty();
        assertThat(take()).isEmpty();
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void aKeyIsReplacedOnlyAfterBothHaveSigned() throws SQLException {
        take();
        var old = checkpoints().keys().getFirst().key();
        try (var other = platform.superuserConnection();
                var statement = other.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(5121701109862311530)"); // another process takes a checkpoint
            assertThatThrownBy(() -> checkpoints().rotate(ACTOR)).isInstanceOf(NotSignedException.class);
            statement.execute("SELECT pg_advisory_unlock(5121701109862311530)");
        }
        assertThat(checkpoints().keys().getFirst().key()).isEqualTo(old);
        append(1);
        assertThat(take().orElseThrow().signed().isSignedBy(java.util.Set.of(old)))
                .isTrue();
        var next = checkpoints().rotate(ACTOR);
        var both = platform.jdbc()
                .sql("SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
                .query(String.class)
                .single();
        assertThat(SignedNote.parse(both).isSignedBy(java.util.Set.of(old))).isTrue();
        assertThat(SignedNote.parse(both).isSignedBy(java.util.Set.of(next))).isTrue();
        assertThat(changesOfKeys()).hasSize(2);
    }

    private java.util.List<AuditEntry> changesOfKeys() {
        return platform.get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of("admin.audit."), 9)
                .entries();
    }

    @Test
    void processesOnOneDatabaseSignOneTrail() throws IOException {
        take();
        var key = platform.get(Checkpoints.class).keys().getFirst().key();
        try (var other = platform.elsewhere("--baseload.audit.trusted-keys=" + key.text())) {
            append(3);
            assertThat(other.get(Checkpoints.class).take().orElseThrow().size()).isEqualTo(13);
            append(1);
            TrustedKeys.in(platform.home().path())
                    .add(other.get(Checkpoints.class).keys().getFirst().key());
            assertThat(take().orElseThrow().size()).isEqualTo(15); // with the other's word that it trusts this one
            assertThat(other.get(AuditVerifier.class).verify().integrity().ok()).isTrue();
            assertThat(verify().integrity().ok()).isTrue();
        }
    }

    private void append(int entries) {
        IntStream.rangeClosed(1, entries)
                .forEach(i -> platform.get(AuditTrail.class).append(ACTOR, "admin.test", "subject", Map.of("i", i)));
    }

    private Checkpoints checkpoints() {
        return platform.get(Checkpoints.class);
    }

    private Optional<Checkpoint> take() {
        return checkpoints().take();
    }

    private Verification verify() {
        return platform.get(AuditVerifier.class).verify();
    }

    private Path file() {
        return platform.home().resolve("audit-checkpoints.jsonl");
    }

    private void cutTo(int seq) {
        tamper("DELETE FROM audit_entry WHERE seq > " + seq + "; DELETE FROM audit_checkpoint WHERE size > " + seq
                + "; UPDATE audit_head SET seq = " + seq + ", hash = (SELECT hash FROM audit_entry WHERE seq = " + seq
                + ")");
    }

    private void tamper(String change) {
        platform.superuser()
                .sql("DO $do$ BEGIN SET LOCAL session_replication_role = replica; " + change + "; END $do$")
                .update();
    }
}
