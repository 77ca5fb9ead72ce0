package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.AbandonedException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.audit.Actor;
import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Requests that wait for a while only. */
class WaitingLineTest {
    private static final Optional<Duration> HOURS = Optional.of(Duration.ofHours(5));
    private static final Optional<Duration> NOTHING = Optional.of(Duration.ZERO);

    private final WaitingLine line = new WaitingLine();

    @Test
    void anEmptyQueueNeverRefusesAtOnce() {
        line.join(NOTHING, System.nanoTime()).begin();
        assertThatCode(() -> line.join(NOTHING, System.nanoTime()).begin()).doesNotThrowAnyException();
    }

    @Test
    void refusesAtOnceARequestThatWouldWaitTooLong() {
        line.join(Optional.empty(), 0).begin();
        var first = line.join(Optional.empty(), 0);
        assertThatThrownBy(() -> line.join(NOTHING, System.nanoTime()))
                .isInstanceOfSatisfying(
                        OverloadedException.class,
                        e -> assertThat(e.retryAfter()).isPositive());
        assertThatCode(() -> line.join(HOURS, System.nanoTime())).doesNotThrowAnyException();
        assertThat(first.begin()).isTrue();
    }

    @Test
    void aRequestWithoutALimitWaitsForEver() {
        line.join(Optional.empty(), 0).begin();
        line.join(Optional.empty(), 0);
        assertThatCode(() -> line.join(Optional.empty(), 0).await(() -> true)).doesNotThrowAnyException();
    }

    @Test
    void aTurnBeginsOrIsGivenUp() {
        var begun = line.join(NOTHING, System.nanoTime());
        assertThat(begun.begin()).isTrue();
        assertThatCode(() -> begun.await(() -> true)).doesNotThrowAnyException();
        assertThat(begun.isGivenUp()).isFalse();
        var late = line.join(NOTHING, System.nanoTime());
        assertThatThrownBy(() -> late.await(() -> true)).isInstanceOf(OverloadedException.class);
        assertThat(late.begin()).as("too late").isFalse();
        assertThat(late.isGivenUp()).isTrue();
    }

    @Test
    void aTurnThatIsNoLongerWantedIsGivenUp() {
        var turn = line.join(HOURS, System.nanoTime());
        assertThatThrownBy(() -> turn.await(() -> false)).isInstanceOf(AbandonedException.class);
        assertThat(turn.begin()).as("too late").isFalse();
        assertThat(line.waiting()).isZero();
    }

    @Test
    void ofBeginningAndGivingUpAtTheSameTimeOneHappens() throws Exception {
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (int i = 0; i < 500; i++) {
                var turn = line.join(NOTHING, System.nanoTime());
                var together = new CountDownLatch(2);
                var begins = threads.submit(() -> {
                    together.countDown();
                    together.await();
                    return turn.begin();
                });
                var waits = threads.submit(() -> {
                    together.countDown();
                    together.await();
                    try {
                        turn.await(() -> true);
                        return true;
                    } catch (OverloadedException e) {
                        return false;
                    }
                });
                assertThat(begins.get()).isEqualTo(waits.get());
            }
        }
        assertThatCode(() -> line.join(NOTHING, System.nanoTime()))
                .as("nobody is left behind")
                .doesNotThrowAnyException();
    }

    @Test
    void aRequestThatIsNotBegunInTimeIsRefusedAndCostsNothing() throws Exception {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            var inference = platform.get(Inference.class);
            var patient = tenant(platform);
            var client = new Client(inference, patient).within(Duration.ofMillis(50));
            model.stuck = true;
            assertThatThrownBy(() -> client.ask(7, 1)).isInstanceOf(OverloadedException.class);
            var hurried = new Client(inference, hurried(tenant(platform)));
            assertThatThrownBy(() -> hurried.ask(7, 1)).as("the tenant's own").isInstanceOf(OverloadedException.class);
            model.stuck = false;
            Patience.await().until(() -> model.holds.get() == 0);
            for (String tenant : List.of(patient, hurried.tenant())) {
                assertThat(platform.counted(tenant)).containsOnly(new TestPlatform.Counted(0, 0));
                assertThat(platform.get(UsageReports.class)
                                .usage(tenant, Instant.EPOCH, Instant.now().plusSeconds(60))
                                .requests())
                        .isZero();
            }
            assertThat(client.events).as("nobody hears of it").isEmpty();
            model.steps.release(1);
            var again = new Client(inference, patient).within(Duration.ofMinutes(5));
            again.ask(7, 1);
            assertThat(again.finished().usage().total()).isEqualTo(8);
        }
    }

    private static String tenant(TestPlatform platform) {
        var id = "t" + UUID.randomUUID();
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(id, List.of(), 8, 1));
        return id;
    }

    private static Caller hurried(String tenant) {
        var rights = new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());
        return new Caller(tenant, 1, Optional.of(Duration.ofMillis(50)), "bl_test", rights, Optional.empty());
    }
}
