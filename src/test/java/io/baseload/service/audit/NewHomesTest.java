package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestPlatform;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Homes that remember no signature, on a database with a trail that others have signed. */
class NewHomesTest {
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");

    private TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void sign() {
        append(300);
        assertThat(checkpoints().take()).isPresent();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    /** As a pod among several, with the mounted key; an intent before the checkpoint has no outcome. */
    @Test
    void theyReadOnlyWhatFollowsTheLastCheckpointByATrustedKey() {
        platform.get(AuditTrail.class)
                .append(ACTOR, AuditEntry.COMPLETION_INTENT, "x", Map.of("reservation", "of nobody"));
        checkpoints().take();
        append(10);
        var key = "--baseload.audit.key-file=" + platform.home().resolve("audit-key.pem");
        var anchor = "--baseload.audit.anchor.file=" + platform.home().resolve("audit-checkpoints.jsonl");
        for (var arguments : List.of(List.of(key), List.of(key, anchor))) {
            try (var pod = platform.elsewhere(arguments)) {
                var walked = pod.get(Checkpoints.class).walk();
                assertThat(walked.state().size()).isEqualTo(311);
                assertThat(walked.state().before()).isEqualTo(301);
                assertThat(pod.get(Checkpoints.class).status().refusal()).isEmpty();
                var verification = pod.get(AuditVerifier.class).verify();
                assertThat(verification.integrity().reason()).isEmpty();
                assertThat(verification.completeness().ok()).isFalse();
                assertThat(verification.completeness().openIntents()).containsExactly(301L);
                changeOneEntryAndBack(pod);
            }
        }
    }

    /** What a home has not read itself is still verified. */
    private void changeOneEntryAndBack(TestPlatform pod) {
        change("UPDATE audit_entry SET subject = 'y' WHERE seq = 5");
        assertThat(pod.get(AuditVerifier.class).verify().integrity().firstBadSeq())
                .hasValue(5);
        change("UPDATE audit_entry SET subject = 'x' WHERE seq = 5");
    }

    /** The application's role may append such rows. */
    @Test
    void rowsThatNobodySignedHideNoSigner() {
        for (int i = 0; i < 12; i++) {
            append(1);
            platform.jdbc()
                    .sql("SELECT audit_checkpoint_append(h.seq, h.hash, 'x' || chr(10) || h.seq) FROM audit_head h")
                    .query(Boolean.class)
                    .single();
        }
        var key = checkpoints().keys().getFirst().key();
        try (var other = platform.elsewhere()) {
            var checkpoints = other.get(Checkpoints.class);
            assertThat(checkpoints.take()).isEmpty();
            assertThat(checkpoints.status().refusal())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("[unsigned]", "audit trust"));
            TrustedKeys.in(other.home().path()).add(key);
            assertThat(checkpoints.take())
                    .hasValueSatisfying(
                            checkpoint -> assertThat(checkpoint.size()).isEqualTo(312));
        }
    }

    /** The owner has replaced entries, and left their checkpoint where it was. */
    @Test
    void aKeyThatIsTrustedLaterIsComparedFromTheBeginning() {
        var key = checkpoints().keys().getFirst().key();
        change("DELETE FROM audit_entry WHERE seq > 290; UPDATE audit_head SET seq = 290, hash ="
                + " (SELECT hash FROM audit_entry WHERE seq = 290)");
        append(20);
        try (var other = platform.elsewhere()) {
            var checkpoints = other.get(Checkpoints.class);
            assertThat(checkpoints.take()).isEmpty();
            assertThat(checkpoints.status().broken()).isFalse();
            TrustedKeys.in(other.home().path()).add(key);
            assertThat(checkpoints.take()).isEmpty();
            assertThat(checkpoints.status().refusal())
                    .hasValueSatisfying(
                            reason -> assertThat(reason).contains("contradicts the checkpoint of 300 entries"));
            assertThat(checkpoints.status().broken()).isTrue();
        }
    }

    /** Nobody has to wait until all of a long trail is read. */
    @Test
    void aWalkEndsWithTheProcess() {
        append(2 * TrailRows.MAX_ROWS);
        var closing = new Closing(Duration.ZERO);
        var pages = new AtomicInteger();
        var closed = (JdbcClient) Proxy.newProxyInstance(
                JdbcClient.class.getClassLoader(), new Class<?>[] {JdbcClient.class}, (proxy, method, arguments) -> {
                    if (((String) arguments[0]).contains("bytes_through")) {
                        pages.incrementAndGet();
                        closing.begin();
                    }
                    return method.invoke(platform.jdbc(), arguments);
                });
        var home = platform.home().path().resolve("new");
        var late = new Checkpoints(
                platform.get(AuditTrail.class),
                new TrailRows(closed),
                platform.get(TransactionOperations.class),
                "baseload/test",
                platform.home().resolve("audit-key.pem"),
                new TrustedKeys(platform.home().resolve(TrustedKeys.FILE), List.of()),
                new SignedTrail(home),
                List.of(),
                new CheckpointFile(home.resolve(SignedTrail.CHECKPOINTS)),
                Duration.ofMinutes(1),
                closing);
        assertThat(late.take()).isEmpty();
        assertThat(pages).hasValue(1);
        assertThat(late.status().refusal())
                .hasValueSatisfying(reason -> assertThat(reason).contains("The process ends"));
    }

    private Checkpoints checkpoints() {
        return platform.get(Checkpoints.class);
    }

    private void append(int entries) {
        platform.get(AuditTrail.class)
                .append(IntStream.rangeClosed(1, entries)
                        .mapToObj(i -> new AuditTrail.NewEntry(ACTOR, "admin.test", "x", Map.of("i", i)))
                        .toList());
    }

    private void change(String change) {
        platform.superuser()
                .sql("DO $do$ BEGIN SET LOCAL session_replication_role = replica; " + change + "; END $do$")
                .update();
    }
}
