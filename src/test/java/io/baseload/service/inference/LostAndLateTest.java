package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.testing.CuttableLine;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Answers whose process or whose database goes away while they run. */
@ExtendWith(OutputCaptureExtension.class)
class LostAndLateTest {
    private static final String TENANT = "default";
    private static final String LOSS = "The database has lost";

    @Test
    void aSecondProcessLeavesTheFirstOnesAnswersAlone() throws Exception {
        try (var first = TestPlatform.fresh(TinyInference.class)) {
            var client = client(first);
            client.ask(10, 90);
            try (var second = first.beside(TinyInference.class)) {
                client(second).ask(1, 2);
                second.get(TinyModel.class).steps.release(2);
                Patience.await().until(() -> outcomes(second, "done") == 1);
                first.get(TinyModel.class).steps.release(90);
                assertThat(client.finished().usage()).isEqualTo(new Usage(10, 90));
                assertThat(outcomes(first, "lost")).isZero();
                assertThat(used(second)).isEqualTo(103);
                assertComplete(second);
            }
        }
    }

    @Test
    void aProcessThatLostItsLeaseStopsAndWhatItHeldIsLostAndCorrected() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var first = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var clients = List.of(client(first), client(first), client(first));
            for (var client : clients) {
                client.ask(10, 90);
            }
            line.cut();
            first.superuser().sql("DELETE FROM instance").update();
            try (var second = first.beside(TinyInference.class)) {
                assertThat(used(second)).isEqualTo(30);
                assertThat(outcomes(second, "lost")).isEqualTo(3);
                assertComplete(second);
                line.mend();
                for (var client : clients) {
                    assertThat(client.finished().usage().prompt()).isEqualTo(10);
                }
                Patience.await().until(() -> outcomes(second, "done") == 3);
                assertThat(used(second)).isEqualTo(30);
                assertComplete(second);
                Patience.await()
                        .ignoreExceptions()
                        .until(() -> first.get(Membership.class).writes());
                var client = client(first);
                client.ask(1, 2);
                first.get(TinyModel.class).steps.release(2);
                assertThat(client.finished().usage()).isEqualTo(new Usage(1, 2));
            }
        }
    }

    @Test
    void aLostRequestThatNeverStartedCostsNothing() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var first = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var ledger = first.get(ReservationLedger.class);
            var instance = first.get(Membership.class).lease().instance();
            var reservation =
                    new Reservation(UUID.randomUUID(), instance, TENANT, "bl_test", "tiny", "req-1", false, 1, 100, 10);
            ledger.reserve(TinyInference.intent(reservation));
            line.cut();
            first.superuser().sql("DELETE FROM instance").update();
            try (var second = first.beside(TinyInference.class)) {
                assertThat(used(second)).isEqualTo(10);
                var refund = ledger.refund(reservation);
                line.mend();
                refund.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
                assertThat(used(second)).isZero();
                assertThat(outcomes(second, "lost")).isEqualTo(1);
                assertThat(outcomes(second, "refused")).isEqualTo(1);
                assertThat(audited(second)).isZero();
                assertComplete(second);
            }
        }
    }

    @Test
    void aFailoverThatLostCommitsLosesNothingOfWhatThisProcessHasAnswered() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var platform = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            var reservedBefore = client(platform);
            reservedBefore.ask(10, 90);
            line.cut();
            var standby = platform.standby();
            line.mend();
            var missing = new Client(platform.get(Inference.class), TENANT);
            Patience.await().ignoreExceptions().until(() -> missing.ask(20, 40) != null);
            model.steps.release(130);
            assertThat(reservedBefore.finished().usage()).isEqualTo(new Usage(10, 90));
            assertThat(missing.finished().usage()).isEqualTo(new Usage(20, 40));
            var running = client(platform);
            running.ask(5, 30);
            Patience.await().ignoreExceptions().until(() -> used(platform) == 160);
            line.cut();
            standby.run();
            line.mend();
            Patience.await().ignoreExceptions().until(() -> used(platform) == 0);
            model.steps.release(30);
            assertThat(running.finished().usage()).isEqualTo(new Usage(5, 30));
            Patience.await().ignoreExceptions().until(() -> used(platform) == 195);
            assertThat(open(platform)).isZero();
            assertThat(platform.counted(TENANT))
                    .extracting(TestPlatform.Counted::reserved)
                    .containsOnly(0L);
            assertThat(outcomes(platform, "done")).isEqualTo(3);
            assertThat(audited(platform)).isEqualTo(195);
            assertThat(platform.superuser()
                            .sql("SELECT count(*) FROM audit_entry WHERE kind = 'completion.intent'")
                            .query(Long.class)
                            .single())
                    .isEqualTo(3);
            assertComplete(platform);
        }
    }

    @Test
    void anAnswerWhoseSettlementIsLostIsNotGivenBack(CapturedOutput output) throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var platform = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var client = client(platform);
            client.ask(10, 50);
            line.cut();
            var standby = platform.standby();
            line.mend();
            platform.get(TinyModel.class).steps.release(50);
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 50));
            Patience.await().until(() -> open(platform) == 0);
            line.cut();
            standby.run();
            line.mend();
            var forgotten = Patience.await()
                    .ignoreExceptions()
                    .until(
                            () -> platform.get(Quota.class)
                                    .open(platform.get(Membership.class).lease().instance(), Duration.ZERO),
                            found -> found.size() == 1);
            platform.get(ReservationLedger.class).settleUnheld(forgotten.getFirst());
            Patience.await().ignoreExceptions().until(() -> used(platform) == 60);
            assertThat(outcomes(platform, "done")).isEqualTo(1);
            assertThat(outcomes(platform, "refused")).isZero();

            platform.get(ReservationLedger.class).settleUnheld(forgotten.getFirst()); // nothing is missing now
            var next = client(platform);
            platform.get(TinyModel.class).steps.release(2);
            next.ask(1, 2);
            next.finished();
            Patience.await().ignoreExceptions().until(() -> used(platform) == 63);
            assertThat(open(platform)).isZero();
            assertThat(outcomes(platform, "done")).isEqualTo(2);
            assertThat(output).containsOnlyOnce(LOSS);
        }
    }

    @Test
    void anAnswerThatIsSettledWhileTheSweeperLooksIsNoLoss(CapturedOutput output) throws Exception {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            var ledger = platform.get(ReservationLedger.class);
            var client = client(platform);
            client.ask(10, 5);
            var found = platform.get(Quota.class)
                    .open(platform.get(Membership.class).lease().instance(), Duration.ZERO)
                    .getFirst();
            model.steps.release(5);
            client.finished();
            Patience.await().until(() -> !ledger.knows(found.id()));
            ledger.settleUnheld(found);
            var next = client(platform);
            model.steps.release(2);
            next.ask(1, 2);
            next.finished(); // settled after it
            Patience.await().until(() -> outcomes(platform, "done") == 2);
            assertThat(used(platform)).isEqualTo(18);
            assertThat(output).doesNotContain(LOSS);
        }
    }

    @Test
    void anAnswerWhoseEndCannotBeCountedIsSettled() throws Exception {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            model.uncountable = true;
            var client = client(platform);
            model.steps.release(5);
            client.ask(10, 5);
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 5));
            assertThat(used(platform)).isEqualTo(15);
            assertThat(outcomes(platform, "done")).isEqualTo(1);
        }
    }

    /** Tokens by the trail. */
    private static long audited(TestPlatform platform) {
        return platform.superuser()
                .sql("SELECT coalesce(sum((detail ->> 'prompt_tokens')::bigint + (detail ->>"
                        + " 'completion_tokens')::bigint), 0) FROM audit_entry WHERE kind = 'completion.outcome'")
                .query(Long.class)
                .single();
    }

    @Test
    void inAnOutageAnswersDoNotEachAskForTheirWindows() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var platform = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var inference = platform.get(Inference.class);
            var caller = new Caller(TENANT, 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
            Patience.await().until(() -> inference.room(caller).isPresent());
            line.cut();
            long before = checks(platform);
            for (int i = 0; i < 1000; i++) {
                assertThat(inference.room(caller)).isEmpty();
            }
            assertThat(checks(platform) - before).as("one in five seconds").isLessThan(100);
            line.mend();
            Patience.await().until(() -> inference.room(caller).isPresent());
        }
    }

    private static long checks(TestPlatform platform) {
        return platform.get(MeterRegistry.class)
                .get("baseload.ledger_latency")
                .tag("step", "check")
                .timer()
                .count();
    }

    @Test
    void aRunningAnswerEndsNormallyWithoutTheDatabaseAndIsSettledWhenItIsBack() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var platform = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            var client = client(platform);
            client.ask(10, 50);
            line.cut();
            int started = model.started.get();
            assertThatThrownBy(() -> client(platform).ask(1, 1)).isInstanceOf(LedgerUnavailableException.class);
            assertThat(model.started.get()).isEqualTo(started);
            assertThat(model.holds.get()).isEqualTo(1);

            model.steps.release(50);
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 50));
            line.mend();
            Patience.await().ignoreExceptions().until(() -> used(platform) == 60);
            assertThat(outcomes(platform, "done")).isEqualTo(1);
            assertComplete(platform);
            assertThat(open(platform)).isZero();
        }
    }

    @Test
    void anAnswerThatNeedsMoreTokensWaitsForTheDatabase() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var platform = TestPlatform.behind(line.port(), List.of(), TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            var client = client(platform);
            var asked = client.ask(10, OptionalInt.empty(), 1);
            line.cut();
            model.steps.release(2000);
            Patience.await().until(() -> asked.completion().usage().completion() == 256);
            Thread.sleep(Duration.ofMillis(200));
            assertThat(asked.completion().usage().completion()).isEqualTo(256);
            line.mend();
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 990));
            assertThat(used(platform)).isEqualTo(1000);
        }
    }

    @Test
    void anAnswerEndsWithItsLease() throws Exception {
        try (var line = new CuttableLine(TestPlatform.server().port());
                var platform =
                        TestPlatform.behind(line.port(), List.of("--baseload.quota.lease=20s"), TinyInference.class)) {
            var client = client(platform);
            client.ask(10, 500);
            Instant joined = seen(platform);
            Patience.await().until(() -> seen(platform).isAfter(joined)); // renewed
            platform.get(TinyModel.class).steps.release(7);
            Patience.await().until(() -> client.events.size() == 7);
            line.cut();
            assertThat(client.finished().usage()).isEqualTo(new Usage(10, 7));
            line.mend();
            Patience.await().ignoreExceptions().until(() -> used(platform) == 17);
            assertComplete(platform);
        }
    }

    private static Instant seen(TestPlatform platform) {
        return platform.superuser()
                .sql("SELECT max(seen_at) FROM instance")
                .query(Instant.class)
                .single();
    }

    private static Client client(TestPlatform platform) {
        return new Client(platform.get(Inference.class), TENANT);
    }

    private static long used(TestPlatform platform) {
        var usage = platform.get(UsageReports.class)
                .usage(TENANT, Instant.EPOCH, Instant.now().plusSeconds(60));
        long tokens = usage.promptTokens() + usage.completionTokens();
        assertThat(platform.counted(TENANT))
                .hasSize(3)
                .extracting(TestPlatform.Counted::used)
                .containsOnly(tokens);
        return tokens;
    }

    private static long outcomes(TestPlatform platform, String state) {
        return platform.superuser()
                .sql("SELECT count(*) FROM audit_entry WHERE kind = 'completion.outcome' AND detail ->> 'state' = ?")
                .param(state)
                .query(Long.class)
                .single();
    }

    private static long open(TestPlatform platform) {
        return platform.superuser()
                .sql("SELECT count(*) FROM reservation WHERE state = 'open'")
                .query(Long.class)
                .single();
    }

    private static void assertComplete(TestPlatform platform) {
        var verification = platform.get(AuditVerifier.class).verify();
        assertThat(verification.integrity().ok()).isTrue();
        assertThat(verification.completeness().ok()).isTrue();
        assertThat(verification.completeness().openIntents()).isEmpty();
    }
}
