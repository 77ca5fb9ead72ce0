package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Proofs and exports, checked with a public key alone, as an auditor does. Segments of 256 entries, so that there are several. */
class AuditExportTest {
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");
    private static final JsonMapper JSON = new JsonMapper();

    private TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void write() {
        platform.superuser().sql("UPDATE audit_log SET segment = 256").update();
        append(300);
        checkpoints().take();
        append(300);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void everyEntryIsProvedAgainstTheSignedRoot() {
        var proofs = platform.get(AuditProofs.class);
        for (long seq : new long[] {1, 2, 255, 256, 257, 300, 301, 512, 599, 600}) {
            var proof = proofs.inclusion(proofs.entry(seq).orElseThrow()).orElseThrow();
            assertThat(proof.checkpoint().size()).isGreaterThanOrEqualTo(seq);
            assertThat(MerkleTree.includes(
                            MerkleTree.leafHash(proof.entry().canonical()),
                            seq - 1,
                            proof.checkpoint().size(),
                            proof.path(),
                            proof.checkpoint().root()))
                    .isTrue();
        }
        assertThat(proofs.entry(601)).isEmpty();
    }

    @Test
    void entriesAreFoundByTheirTime() {
        var trail = platform.get(AuditTrail.class);
        // a second between two entries, so that most of the trail is beyond what a clock may be set back
        platform.superuser()
                .sql("ALTER TABLE audit_entry DISABLE TRIGGER append_only")
                .update();
        platform.superuser()
                .sql("UPDATE audit_entry SET at = '2026-01-01T00:00:00Z'::timestamptz + seq * interval '1 second'")
                .update();
        platform.superuser()
                .sql("UPDATE audit_entry SET at = at - interval '4 minutes' WHERE seq BETWEEN 450 AND 455")
                .update();
        assertThat(seqs(trail, 0, 0, 3, 10)).containsExactly(1L, 2L);
        assertThat(seqs(trail, 0, 500, 503, 10)).containsExactly(500L, 501L, 502L);
        assertThat(seqs(trail, 500, 500, 503, 10)).containsExactly(501L, 502L);
        assertThat(seqs(trail, 0, 210, 211, 10)).as("the clock was set back").containsExactly(210L, 450L);
        assertThat(seqs(trail, 0, 590, 10_000, 100)).hasSize(11);
        assertThat(seqs(trail, 0, 10_000, 20_000, 100)).isEmpty();
        assertThat(seqs(trail, 0, -20, 0, 100)).isEmpty();
    }

    private static List<Long> seqs(AuditTrail trail, long after, long from, long to, int limit) {
        var start = Instant.parse("2026-01-01T00:00:00Z");
        return trail
                .between(
                        after,
                        Optional.of(start.plusSeconds(from)),
                        Optional.of(start.plusSeconds(to)),
                        Optional.empty(),
                        limit)
                .entries()
                .stream()
                .map(AuditEntry::seq)
                .toList();
    }

    @Test
    void theLatestCheckpointContinuesEveryEarlierOne() {
        var proofs = platform.get(AuditProofs.class);
        proofs.latest();
        for (long size : new long[] {1, 255, 256, 257, 300, 599, 600}) {
            var proof = proofs.consistency(size).orElseThrow();
            assertThat(MerkleTree.isConsistent(
                            size,
                            proof.root(),
                            proof.checkpoint().size(),
                            proof.checkpoint().root(),
                            proof.path()))
                    .isTrue();
        }
        assertThat(proofs.consistency(601)).isEmpty();
    }

    @Test
    void aTamperedEntryHasNoProof() {
        var proofs = platform.get(AuditProofs.class);
        proofs.latest();
        tamper("UPDATE audit_entry SET subject = 'other' WHERE seq = 299");
        assertThatThrownBy(() -> proofs.inclusion(proofs.entry(299).orElseThrow()))
                .isInstanceOf(TrailBrokenException.class);
    }

    @Test
    void anExportVerifiesWithThePublicKeyAlone() throws IOException {
        var whole = export(1, Long.MAX_VALUE);
        var result = check(whole, pem());
        assertThat(result.reason()).isNull();
        assertThat(result.ok()).isTrue();
        assertThat(result.to()).isEqualTo(600);
        assertThat(result.checkpoints()).isEqualTo(3); // the first, the last, and the last as the seal
        assertThat(check(export(100, 280), pem()).ok()).isTrue();
        assertThat(check(export(257, 512), vkey()).ok()).isTrue();
        assertThat(check(export(1, 1), vkey()).ok()).isTrue();
    }

    @Test
    void everyChangeOfAnExportIsFound() throws IOException {
        var whole = export(1, Long.MAX_VALUE).lines().toList();
        assertThat(with(whole, lines -> lines.set(5, lines.get(5).replace("admin.test", "admin.best"))))
                .satisfies(this::isRefused);
        assertThat(with(whole, lines -> lines.remove(5))).satisfies(this::isRefused);
        assertThat(with(whole, lines -> lines.removeLast()))
                .satisfies(result -> assertThat(result.ok()).isTrue()); // the checkpoint before it seals the same entry
        assertThat(with(
                        whole,
                        lines -> lines.subList(lines.size() - 2, lines.size()).clear()))
                .satisfies(this::isRefused);
        assertThat(with(whole, lines -> lines.set(0, lines.get(0).replace("\"chain\":\"00", "\"chain\":\"01"))))
                .satisfies(this::isRefused);
        assertThat(with(whole, lines -> lines.replaceAll(line -> line.replace("\\n600\\n", "\\n601\\n"))))
                .satisfies(this::isRefused);
        try (var other = TestPlatform.fresh()) {
            var stranger = other.get(Checkpoints.class).keys().getFirst().key();
            assertThat(check(String.join("\n", whole), stranger.pem()).ok()).isFalse();
        }
        assertThatThrownBy(() -> check("{}", pem())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> check("nonsense", pem())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> check("", pem())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCutExportContradictsACheckpointThatWasKept() throws IOException {
        var kept = checkpoints().take().orElseThrow();
        var cut = export(1, 400);
        assertThat(check(cut, pem()).ok()).isTrue();
        var result =
                new ExportCheck(List.of(pem()), List.of(kept.note())).check(new BufferedReader(new StringReader(cut)));
        assertThat(result.ok()).isFalse();
        assertThat(result.firstBadSeq()).isEqualTo(401);
        assertThat(new ExportCheck(List.of(pem()), List.of(kept.line()))
                        .check(new BufferedReader(new StringReader(export(1, 600))))
                        .ok())
                .isTrue();
    }

    /** Somebody with database, home and key has rewritten the trail, and exports only what comes after the checkpoint that was kept. */
    @Test
    void aCheckpointFromBeforeTheExportIsComparedOrRefused() throws IOException {
        assertThat(check(export(301, 600), signed(300)).ok()).isTrue();
        assertThat(check(export(300, 600), signed(300)).ok()).isTrue();
        isRefused(check(export(301, 600), forged(300)));
        isRefused(check(export(302, 600), signed(300)));
        var beyond = check(export(301, 600), forged(100));
        isRefused(beyond);
        assertThat(beyond.reason()).contains("of 100 entries", "begins with entry 301");
        assertThat(beyond.firstBadSeq()).isEqualTo(301);
    }

    /** The way that the refusal names. */
    @Test
    void theLastLineOfOneFileLeadsToTheNext() throws IOException {
        var first = export(1, 512);
        assertThat(check(first, signed(300)).ok()).isTrue();
        var seal = Checkpoint.ofLine(first.lines().toList().getLast());
        assertThat(check(export(513, Long.MAX_VALUE), seal).ok()).isTrue();
    }

    @Test
    void intentsWithoutAnOutcomeAreNamed() throws IOException {
        platform.get(AuditTrail.class)
                .append(
                        ACTOR,
                        AuditEntry.COMPLETION_INTENT,
                        "r",
                        Map.of("reservation", UUID.randomUUID().toString()));
        assertThat(check(export(1, Long.MAX_VALUE), pem()).openIntents()).containsExactly(601L);
    }

    @Test
    void oldSegmentsGoIntoTheArchiveAndTheRestIsStillProved() throws IOException {
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        var whole = export(1, Long.MAX_VALUE);
        assertThat(platform.get(AuditRetention.class).apply()).isEqualTo(2);
        assertThat(platform.jdbc()
                        .sql("SELECT min(seq) FROM audit_entry")
                        .query(Long.class)
                        .single())
                .isEqualTo(513);
        assertThat(verify().integrity().reason()).isEmpty();
        assertThat(verify().integrity().ok()).isTrue();
        append(1);
        var proofs = platform.get(AuditProofs.class);
        assertThat(proofs.inclusion(proofs.entry(513).orElseThrow())).isPresent();
        assertThat(proofs.entry(1)).isEmpty();
        var rest = export(513, Long.MAX_VALUE);
        assertThat(check(rest, pem()).ok()).isTrue();

        var archived = archived("audit/1-256") + archived("audit/257-512");
        for (String entry :
                whole.lines().filter(line -> line.contains("\"seq\":2,")).toList()) {
            assertThat(archived).contains(entry);
        }
        assertThat(check(archived("audit/257-512"), pem()).ok()).isTrue();
        assertThat(archives()).hasSize(2);

        Files.delete(platform.home().resolve("audit-signed.json")); // a new start walks from what is left
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        append(1);
        assertThat(checkpoints().take().orElseThrow().size()).isEqualTo(605);
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void aReaderDelaysTheDropButNobodyElse() throws Exception {
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        try (var reader = platform.superuserConnection()) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM audit_entry");
            var dropped = CompletableFuture.supplyAsync(
                    () -> platform.get(AuditRetention.class).apply());
            Path archive = platform.home().resolve("audit-archive");
            Patience.await()
                    .until(() -> List.of(
                                    Objects.requireNonNullElse(archive.toFile().list(), new String[0]))
                            .stream()
                            .anyMatch(file -> file.endsWith(".gz")));
            append(1);
            assertThat(dropped).isNotDone();
            reader.rollback();
            assertThat(dropped.get()).isEqualTo(2);
        }
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void theRetentionOfTheProcessThatWasStartedLastIsInTheTrail() {
        for (String retention : List.of("P400D", "P30D", "P30D", "")) {
            platform.close();
            platform = platform.again("--baseload.audit.retention=" + retention);
        }
        assertThat(platform.get(AuditTrail.class)
                        .page(600, Optional.empty(), Optional.empty(), 9)
                        .entries())
                .extracting(AuditEntry::kind, AuditEntry::detail)
                .containsExactly(
                        tuple("admin.audit.retention", "{\"retention\":\"P400D\"}"),
                        tuple("admin.audit.retention", "{\"before\":\"P400D\",\"retention\":\"P30D\"}"),
                        tuple("admin.audit.retention", "{\"before\":\"P30D\"}"));
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void checkpointsOfDroppedSegmentsAreStillContinued() {
        var kept = new ArrayList<>(List.of(signed(300)));
        for (int more : new int[] {0, 1, 6, 1, 92, 67, 1}) {
            append(more);
            kept.add(checkpoints().take().orElseThrow());
        }
        assertThat(kept).extracting(Checkpoint::size).containsExactly(300L, 600L, 601L, 607L, 608L, 700L, 767L, 768L);
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        assertThat(platform.get(AuditRetention.class).apply()).isEqualTo(3);
        var proofs = platform.get(AuditProofs.class);
        for (Checkpoint one : kept) {
            var proof = proofs.consistency(one.size()).orElseThrow();
            assertThat(MerkleTree.isConsistent(
                            one.size(),
                            one.root(),
                            proof.checkpoint().size(),
                            proof.checkpoint().root(),
                            proof.path()))
                    .as("from %s", one.size())
                    .isTrue();
        }
        assertThat(proofs.consistency(256)).isPresent();
        for (long size : new long[] {299, 301}) {
            assertThatThrownBy(() -> proofs.consistency(size))
                    .isInstanceOf(ArchivedException.class)
                    .hasMessageContaining("audit/257-512");
        }
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void anOutcomeWhoseIntentWasDroppedIsNoStray() throws IOException {
        append(167);
        var reservation =
                Map.<String, Object>of("reservation", UUID.randomUUID().toString());
        var trail = platform.get(AuditTrail.class);
        trail.append(ACTOR, AuditEntry.COMPLETION_INTENT, "r", reservation);
        trail.append(ACTOR, AuditEntry.COMPLETION_OUTCOME, "r", reservation);
        assertThat(trail.page(767, Optional.empty(), Optional.empty(), 9).entries())
                .extracting(AuditEntry::kind)
                .containsExactly(AuditEntry.COMPLETION_INTENT, AuditEntry.COMPLETION_OUTCOME);
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        assertThat(platform.get(AuditRetention.class).apply()).isEqualTo(3);
        assertThat(verify().completeness().ok()).isTrue();
        platform.close();
        Files.delete(platform.home().resolve("audit-signed.json")); // the next walk begins with the outcome
        platform = platform.again("--baseload.audit.retention=PT0S");
        assertThat(checkpoints().take()).isPresent();
        assertThat(verify().completeness().ok()).isTrue();
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        assertThat(verify().completeness().ok()).isTrue();
        append(1);
        platform.get(AuditTrail.class)
                .append(
                        ACTOR,
                        AuditEntry.COMPLETION_INTENT,
                        "r",
                        Map.of("reservation", UUID.randomUUID().toString()));
        assertThat(verify().completeness().ok()).isFalse();
    }

    /** One that ended as usual would look like a trail that lacks entries. */
    @Test
    void anExportThatIsOvertakenByTheRetentionBreaksOff() {
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
        var begun = new AtomicBoolean();
        var overtaken = new OutputStream() {
            @Override
            public void write(int b) {
                if (!begun.getAndSet(true)) {
                    assertThat(platform.get(AuditRetention.class).apply()).isEqualTo(2);
                }
            }
        };
        assertThatThrownBy(() -> platform.get(AuditExport.class).write(1, Long.MAX_VALUE, overtaken))
                .isInstanceOf(ArchivedException.class);
    }

    @Test
    void nothingIsDroppedBeforeItsTime() {
        checkpoints().take();
        assertThat(platform.get(AuditRetention.class).apply()).isZero();
        assertThatThrownBy(() -> platform.jdbc()
                        .sql("SELECT audit_drop_segment(1, sha256('x'), 'x')::text")
                        .query(String.class)
                        .single())
                .rootCause()
                .hasMessageContaining("retention");
        assertThat(verify().integrity().ok()).isTrue();
    }

    @Test
    void aLongTrailIsVerifiedInRounds() {
        append(1500);
        var verifier = new AuditVerifier(new TrailRows(platform.jdbc()), checkpoints(), 1000);
        assertThat(verifier.verify().round()).isEqualTo(new Verification.Round(1000, 2100, Optional.empty()));
        tamper("UPDATE audit_entry SET subject = 'other' WHERE seq = 7");
        append(1);
        var round = verifier.verify();
        assertThat(round.integrity().ok()).isTrue(); // walked over before
        assertThat(round.entries()).isEqualTo(2101);
        verifier.verify();
        assertThat(verifier.verify().integrity().firstBadSeq()).hasValue(7);
        assertThat(verifier.verify().integrity().firstBadSeq()).hasValue(7);
        tamper("UPDATE audit_entry SET subject = 'ä € \"7' WHERE seq = 7");
        assertThat(verifier.verify().integrity().ok()).isTrue();
    }

    private void isRefused(ExportCheck.Result result) {
        assertThat(result.ok()).isFalse();
        assertThat(result.reason()).isNotNull();
    }

    private ExportCheck.Result with(List<String> lines, java.util.function.Consumer<List<String>> change)
            throws IOException {
        var changed = new ArrayList<>(lines);
        change.accept(changed);
        return check(String.join("\n", changed), pem());
    }

    private static ExportCheck.Result check(String export, String key) throws IOException {
        return new ExportCheck(List.of(key), List.of()).check(new BufferedReader(new StringReader(export)));
    }

    private ExportCheck.Result check(String export, Checkpoint kept) throws IOException {
        return new ExportCheck(List.of(pem()), List.of(kept.note()))
                .check(new BufferedReader(new StringReader(export)));
    }

    private Checkpoint signed(long size) {
        return Checkpoint.parse(platform.jdbc()
                .sql("SELECT note FROM audit_checkpoint WHERE size = ?")
                .param(size)
                .query(String.class)
                .single());
    }

    /** A checkpoint of another history, signed with the trail's key. */
    private Checkpoint forged(long size) {
        String origin = signed(300).origin();
        var text = Checkpoint.text(origin, size, new byte[32], Instant.EPOCH, new byte[32]);
        var key = SigningKey.in(platform.home().resolve("audit-key.pem"), origin);
        return Checkpoint.parse(new SignedNote(text, List.of(key.sign(text))).toString());
    }

    private String export(long from, long to) throws IOException {
        var out = new ByteArrayOutputStream();
        platform.get(AuditExport.class).write(from, to, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The entries that name an archive. */
    private List<AuditEntry> archives() {
        return platform.get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of("admin.audit.archive"), 9)
                .entries();
    }

    private String archived(String subject) throws IOException {
        var entry = archives().stream()
                .filter(archive -> archive.subject().equals(subject))
                .findFirst()
                .orElseThrow();
        Path file = platform.home()
                .resolve("audit-archive")
                .resolve(JSON.readTree(entry.detail()).get("file").asString());
        try (var in = new GZIPInputStream(Files.newInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String pem() throws IOException {
        return Files.readString(platform.home().resolve("audit-key.pub.pem"));
    }

    private String vkey() {
        return checkpoints().keys().getFirst().key().text();
    }

    private Checkpoints checkpoints() {
        return platform.get(Checkpoints.class);
    }

    private Verification verify() {
        return platform.get(AuditVerifier.class).verify();
    }

    private void append(int entries) {
        platform.get(AuditTrail.class)
                .append(IntStream.rangeClosed(1, entries)
                        .mapToObj(i -> new AuditTrail.NewEntry(ACTOR, "admin.test", "ä € \"" + i, Map.of("i", i)))
                        .toList());
    }

    private void tamper(String change) {
        platform.superuser()
                .sql("DO $do$ BEGIN SET LOCAL session_replication_role = replica; " + change + "; END $do$")
                .update();
    }
}
