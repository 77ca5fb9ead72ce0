package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.routing.Canary.Rule;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The decision that follows from a canary's figures. */
class CanaryVerdictTest {
    private static final Rule RULE = new Rule(10, 100, 0.02, 1.5);

    @Test
    void bothNeedEnoughAnswers() {
        assertThat(verdict(count(0, 0, 0), count(0, 0, 0))).isInstanceOf(CanaryVerdict.Wait.class);
        assertThat(verdict(count(900, 0, 50), count(99, 0, 50))).isInstanceOf(CanaryVerdict.Wait.class);
        assertThat(verdict(count(99, 0, 50), count(100, 0, 50))).isInstanceOf(CanaryVerdict.Wait.class);
        assertThat(verdict(count(900, 0, 50), count(100, 0, 50))).isInstanceOf(CanaryVerdict.Promote.class);
    }

    @Test
    void errorsThatCannotBeMadeUpForEndItAtOnce() {
        assertThat(verdict(count(20, 0, 50), count(0, 2, 50))).isInstanceOf(CanaryVerdict.Wait.class);
        assertThat(verdict(count(20, 0, 50), count(0, 3, 50)))
                .isEqualTo(new CanaryVerdict.RollBack("3 of 3 answers failed, at most 2 of 100 may"));
        assertThat(verdict(count(900, 0, 50), count(97, 3, 50))).isInstanceOf(CanaryVerdict.RollBack.class);
        assertThat(verdict(count(900, 0, 50), count(147, 3, 50)))
                .as("3 of 150 are as many as may fail")
                .isInstanceOf(CanaryVerdict.Promote.class);
        assertThat(CanaryVerdict.of(new Rule(10, 100, 0, 1.5), count(900, 50, 50), count(99, 1, 50)))
                .isInstanceOf(CanaryVerdict.RollBack.class);
    }

    @Test
    void oneTenantAloneDoesNotEndIt() {
        CanaryCount others = count("good", 500, 0, 50);
        CanaryCount failing = count("bad", 0, 30, 50);
        assertThat(verdict(others, failing))
                .as("others use the name, although none was given to the canary yet")
                .isEqualTo(new CanaryVerdict.Wait(
                        "30 of 30 answers failed, but mostly those of one tenant: promote it or roll it back"));
        assertThat(verdict(others, failing.plus(count("good", 120, 1, 50))))
                .as("one failure of another makes two")
                .isInstanceOf(CanaryVerdict.Wait.class);
        assertThat(verdict(others, failing.plus(count("good", 50, 2, 50))))
                .isEqualTo(new CanaryVerdict.RollBack("32 of 82 answers failed, at most 2 of 100 may"));
        assertThat(verdict(others, failing.plus(count("good", 5_000, 0, 50))))
                .as("so few of all that it may be promoted")
                .isInstanceOf(CanaryVerdict.Promote.class);
        assertThat(verdict(count("bad", 500, 0, 50), failing))
                .as("nobody else is there")
                .isInstanceOf(CanaryVerdict.RollBack.class);
    }

    @Test
    void aFirstTokenThatComesTooLateEndsIt() {
        assertThat(verdict(count(900, 0, 100), count(100, 0, 300))).isInstanceOf(CanaryVerdict.RollBack.class);
        assertThat(verdict(count(900, 0, 100), count(100, 0, 110))).isInstanceOf(CanaryVerdict.Promote.class);
        assertThat(CanaryVerdict.of(new Rule(100, 100, 0.02, 1.5), count(0, 0, 0), count(100, 0, 300)))
                .as("who gets all is compared with nobody")
                .isInstanceOf(CanaryVerdict.Promote.class);
        assertThat(CanaryVerdict.of(new Rule(100, 100, 0.02, 1.5), count(99, 0, 100), count(100, 0, 300)))
                .as("nor with the few requests that it left to the other side")
                .isInstanceOf(CanaryVerdict.Promote.class);
        assertThat(CanaryVerdict.of(new Rule(100, 100, 0.02, 1.5), count(100, 0, 100), count(100, 0, 300)))
                .isInstanceOf(CanaryVerdict.RollBack.class);
    }

    @Test
    void fiveOfAHundredMayBeSlow() {
        assertThat(count(95, 0, 100).plus(count(5, 0, 5000)).firstTokenMillis()).isBetween(100L, 120L);
        assertThat(count(94, 0, 100).plus(count(6, 0, 5000)).firstTokenMillis()).isBetween(5000L, 6000L);
        assertThat(count(1, 0, 100).firstTokenMillis()).isBetween(100L, 120L);
        assertThat(count(0, 3, 100).firstTokenMillis()).isZero();
    }

    @Test
    void stepsHoldWhatIsInThem() {
        long before = 0;
        for (long millis : new long[] {0, 1, 2, 10, 100, 1000, 60_000, 3_000_000, Long.MAX_VALUE / 2_000_000}) {
            long step = CanaryCount.ofAnswer("t", Duration.ofMillis(millis)).firstTokenMillis();
            assertThat(step).isGreaterThanOrEqualTo(before);
            if (millis > 0 && millis < 3_600_000) {
                assertThat((double) step).isBetween(millis - 0.5, millis * 1.2 + 0.5);
            }
            before = step;
        }
    }

    private static CanaryVerdict verdict(CanaryCount stable, CanaryCount canary) {
        return CanaryVerdict.of(RULE, stable, canary);
    }

    /** So many answers after so long, and so many failures. */
    private static CanaryCount count(int good, int bad, long millis) {
        return count("t", good, bad, millis);
    }

    private static CanaryCount count(String tenant, int good, int bad, long millis) {
        CanaryCount count = CanaryCount.none();
        for (int i = 0; i < good; i++) {
            count = count.plus(CanaryCount.ofAnswer(tenant, Duration.ofMillis(millis)));
        }
        for (int i = 0; i < bad; i++) {
            count = count.plus(CanaryCount.ofError(tenant));
        }
        return count;
    }
}
