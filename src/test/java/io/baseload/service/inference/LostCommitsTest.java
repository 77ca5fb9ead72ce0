package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.UsageReports;
import io.baseload.testing.Patience;
import io.baseload.testing.RecordingLine;
import io.baseload.testing.RecordingLine.Moment;
import io.baseload.testing.TestPlatform;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The connection breaks after a commit was sent and before its answer came: nothing is counted twice, and nothing is lost or given away. */
@ExtendWith(OutputCaptureExtension.class)
class LostCommitsTest {
    private static final String TENANT = "default";
    private static final String RESERVATION = "INSERT INTO reservation";
    private static final String SETTLEMENT = "audit_append"; // while nothing is reserved
    private static final String WITHOUT_END = "--spring.datasource.hikari.connection-init-sql=SET lock_timeout = 0";

    private RecordingLine line;
    private TestPlatform platform;
    private TinyModel model;
    private ReservationLedger ledger;

    @BeforeEach
    void start() throws Exception {
        line = new RecordingLine(TestPlatform.server().port());
        platform = TestPlatform.behind(
                line.port(), List.of(WITHOUT_END, "--baseload.quota.reserve-wait=1h"), TinyInference.class);
        model = platform.get(TinyModel.class);
        ledger = platform.get(ReservationLedger.class);
    }

    @AfterEach
    void stop() throws Exception {
        platform.close();
        line.close();
    }

    @Test
    void aReservationWhoseAnswerIsLostIsGivenBackAndItsRequestDoesNotStart() throws Exception {
        var client = client();
        var lost = line.loseAnswer(RESERVATION, Moment.COMMITTED);
        assertThatThrownBy(() -> client.ask(10, 50)).isInstanceOf(LedgerUnavailableException.class);
        assertThat(lost).isCompleted();
        Patience.await().until(() -> outcomes("refused") == 1);
        assertThat(model.started).hasValue(0);
        assertBooks(1, 0);
        assertTheNextOneIsCounted(2, 3);
    }

    /** What the sweeper finds a minute later. */
    @Test
    void aReservationThatIsMadeAfterItWasGivenUpIsGivenBack() throws Exception {
        var instance = platform.get(Membership.class).lease().instance();
        var reservation =
                new Reservation(UUID.randomUUID(), instance, TENANT, "bl_test", "tiny", "req-1", false, 1, 100, 10);
        try (var holder = holdTheEndOfTheTrail()) {
            var lost = line.loseAnswer(RESERVATION, Moment.SENT);
            assertThatThrownBy(() -> ledger.reserve(TinyInference.intent(reservation)))
                    .isInstanceOf(LedgerUnavailableException.class);
            assertThat(lost).isCompleted();
            Patience.await().until(() -> !ledger.knows(reservation.id())); // there was nothing to give back
            assertThat(open()).isZero();
            holder.rollback();
        }
        var found = Patience.await()
                .until(() -> platform.get(Quota.class).open(instance, Duration.ZERO), open -> open.size() == 1);
        ledger.settleUnheld(found.getFirst());
        Patience.await().until(() -> outcomes("refused") == 1);
        assertBooks(1, 0);
        assertTheNextOneIsCounted(2, 3);
    }

    @Test
    void aSettlementWhoseAnswerIsLostIsCountedOnce(CapturedOutput output) throws Exception {
        var client = client();
        client.ask(10, 50);
        var answered = onlyOpen();
        var lost = line.loseAnswer(SETTLEMENT, Moment.COMMITTED);
        model.steps.release(50);
        assertThat(client.finished().usage()).isEqualTo(new Usage(10, 50));
        await(lost);
        Patience.await().until(() -> !ledger.knows(answered));
        assertThat(settlements()).as("it was tried again").isGreaterThan(1);
        assertThat(outcomes("done")).isEqualTo(1);
        assertBooks(1, 60);
        assertTheNextOneIsCounted(2, 63);
        assertThat(output).doesNotContain("The database has lost");
    }

    @Test
    void aSettlementThatIsWrittenAfterItWasTriedAgainIsCountedOnce(CapturedOutput output) throws Exception {
        var client = client();
        client.ask(10, 50);
        var answered = onlyOpen();
        try (var holder = holdTheEndOfTheTrail()) {
            var lost = line.loseAnswer(SETTLEMENT, Moment.SENT);
            model.steps.release(50);
            await(lost);
            Patience.await().until(() -> settlements() > 1);
            assertThat(outcomes("done")).isZero();
            holder.rollback();
        }
        assertThat(client.finished().usage()).isEqualTo(new Usage(10, 50));
        Patience.await().until(() -> !ledger.knows(answered));
        assertThat(outcomes("done")).isEqualTo(1);
        assertBooks(1, 60);
        assertTheNextOneIsCounted(2, 63);
        assertThat(output).doesNotContain("The database has lost");
    }

    private void assertTheNextOneIsCounted(int requests, long tokens) throws Exception {
        var client = client();
        client.ask(1, 2);
        model.steps.release(2);
        assertThat(client.finished().usage()).isEqualTo(new Usage(1, 2));
        Patience.await().until(() -> open() == 0);
        assertBooks(requests, tokens);
    }

    /** Counters, reservations and the trail agree, and nothing is open. */
    private void assertBooks(int requests, long tokens) {
        assertThat(open()).isZero();
        var usage = platform.get(UsageReports.class)
                .usage(TENANT, Instant.EPOCH, Instant.now().plusSeconds(60));
        assertThat(usage.promptTokens() + usage.completionTokens()).isEqualTo(tokens);
        assertThat(platform.counted(TENANT)).hasSize(3).containsOnly(new TestPlatform.Counted(tokens, 0));
        assertThat(count("completion.intent", "%")).isEqualTo(requests);
        assertThat(count("completion.outcome", "%")).isEqualTo(requests);
        var verification = platform.get(AuditVerifier.class).verify();
        assertThat(verification.integrity().ok()).isTrue();
        assertThat(verification.completeness().ok()).isTrue();
        assertThat(verification.completeness().openIntents()).isEmpty();
    }

    private Client client() {
        return new Client(platform.get(Inference.class), TENANT);
    }

    private static void await(CompletableFuture<Void> lost) throws Exception {
        lost.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private Connection holdTheEndOfTheTrail() throws Exception {
        var holder = platform.superuserConnection();
        holder.setAutoCommit(false);
        holder.createStatement()
                .execute("SELECT audit_append('{admin.test}', '{default}', '{bl_test}', '{test}', ARRAY['{}'])");
        return holder;
    }

    private long outcomes(String state) {
        return count("completion.outcome", state);
    }

    private long count(String kind, String state) {
        return platform.superuser()
                .sql("SELECT count(*) FROM audit_entry WHERE kind = ? AND coalesce(detail ->> 'state', '') LIKE ?")
                .params(kind, state)
                .query(Long.class)
                .single();
    }

    private long open() {
        return platform.superuser()
                .sql("SELECT count(*) FROM reservation WHERE state = 'open'")
                .query(Long.class)
                .single();
    }

    private UUID onlyOpen() {
        return platform.superuser()
                .sql("SELECT id FROM reservation WHERE state = 'open'")
                .query(UUID.class)
                .single();
    }

    /** How often reservations were to be settled. */
    private long settlements() {
        return line.trips().stream()
                .filter(trip -> trip.stream().anyMatch(sql -> sql.startsWith("UPDATE reservation r SET state")))
                .count();
    }
}
