package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Homes that were away while others archived and dropped what they had signed, in segments of 256 entries. */
class LateHomesTest {
    private static final String RETENTION = "--baseload.audit.retention=PT0S";
    private static final String SIGNED = "audit-signed.json";
    private static final String CHECKPOINTS = "audit-checkpoints.jsonl";

    private final Map<String, String> kept = new HashMap<>();
    private TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void goAwayUntilItIsDropped() throws IOException {
        platform.superuser().sql("UPDATE audit_log SET segment = 256").update();
        append(300);
        checkpoints().take();
        for (String file : List.of(SIGNED, CHECKPOINTS)) {
            kept.put(file, Files.readString(home().resolve(file)));
        }
        append(300);
        platform.close();
        platform = platform.again(RETENTION);
        assertThat(platform.get(AuditRetention.class).apply()).isEqualTo(2);
        platform.close();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    /** @param memory the file by which the home knows what it signed */
    private void comeBack(String memory) throws IOException {
        for (String file : kept.keySet()) {
            Files.deleteIfExists(home().resolve(file));
        }
        Files.writeString(home().resolve(memory), Objects.requireNonNull(kept.get(memory)));
        platform = platform.again(RETENTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {SIGNED, CHECKPOINTS})
    void theySignAgainBecauseTheRestIsProvedToContinueTheirCheckpoint(String memory) throws IOException {
        comeBack(memory);
        append(1);
        assertThat(checkpoints().take())
                .hasValueSatisfying(checkpoint -> assertThat(checkpoint.size()).isGreaterThan(600));
        assertThat(checkpoints().status().refusal()).isEmpty();
        var verification = platform.get(AuditVerifier.class).verify();
        assertThat(verification.integrity().reason()).isEmpty();
        assertThat(verification.completeness().ok()).isTrue();
        assertThat(platform.get(AuditProofs.class).consistency(300)).isPresent();
    }

    /** Whoever owns the tables may claim that something else was archived and dropped. */
    @ParameterizedTest
    @ValueSource(strings = {SIGNED, CHECKPOINTS})
    void whatContradictsTheirCheckpointIsNotSigned(String memory) throws IOException {
        change("UPDATE audit_segment SET root = sha256('x') WHERE first = 257");
        assertThatNothingIsSigned(memory, "do not continue");
        assertThat(checkpoints().status().broken()).isTrue();
    }

    /** The owner may take the proof away. There never was one if the home had its checkpoint, and the database didn't: that is no sign of tampering. */
    @ParameterizedTest
    @ValueSource(strings = {SIGNED, CHECKPOINTS})
    void whatIsNotProvedIsNotSigned(String memory) throws IOException {
        change("DELETE FROM audit_subtree WHERE level < 8");
        assertThatNothingIsSigned(memory, "nothing proves");
        assertThat(checkpoints().status().broken()).isFalse();
    }

    private void change(String change) {
        platform.superuser()
                .sql("DO $do$ BEGIN SET LOCAL session_replication_role = replica; " + change + "; END $do$")
                .update();
    }

    private void assertThatNothingIsSigned(String memory, String why) throws IOException {
        comeBack(memory);
        append(1);
        assertThat(checkpoints().take().map(Checkpoint::size).filter(size -> size > 300))
                .isEmpty();
        assertThat(checkpoints().status().refusal())
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("begins with entry 513", why, "of 300 entries"));
        assertThat(platform.get(AuditVerifier.class).verify().integrity().reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains(why));
    }

    /** Nothing is missing. */
    @Test
    void aWalkIsOvertakenByOthersWhoArchiveAndDrop() {
        platform = TestPlatform.fresh();
        platform.superuser()
                .sql("UPDATE audit_log SET segment = 256, retention = interval '0'")
                .update();
        append(300);
        var origin = checkpoints().take().orElseThrow().origin();
        append(300);
        var begun = new AtomicBoolean();
        var overtaken = (JdbcClient) Proxy.newProxyInstance(
                JdbcClient.class.getClassLoader(), new Class<?>[] {JdbcClient.class}, (proxy, method, arguments) -> {
                    if (((String) arguments[0]).contains("FROM audit_entry") && !begun.getAndSet(true)) {
                        assertThat(platform.get(AuditRetention.class).apply()).isEqualTo(2);
                    }
                    return method.invoke(platform.jdbc(), arguments);
                });
        var late = new Checkpoints(
                platform.get(AuditTrail.class),
                new TrailRows(overtaken),
                platform.get(TransactionOperations.class),
                origin,
                home().resolve("audit-key.pem"),
                new TrustedKeys(home().resolve(TrustedKeys.FILE), List.of()),
                new SignedTrail(home()),
                List.of(),
                new CheckpointFile(home().resolve(CHECKPOINTS)),
                Duration.ofMinutes(1),
                new Closing(Duration.ofMinutes(1)));
        assertThat(late.take())
                .hasValueSatisfying(checkpoint -> assertThat(checkpoint.size()).isGreaterThan(600));
        assertThat(late.status().refusal()).isEmpty();
    }

    private Path home() {
        return platform.home().path();
    }

    private Checkpoints checkpoints() {
        return platform.get(Checkpoints.class);
    }

    private void append(int entries) {
        var actor = new Actor("acme", "bl_12345678");
        platform.get(AuditTrail.class)
                .append(IntStream.rangeClosed(1, entries)
                        .mapToObj(i -> new AuditTrail.NewEntry(actor, "admin.test", "x", Map.of("i", i)))
                        .toList());
    }
}
