package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.routing.Canary.Rule;
import java.time.Duration;
import java.util.Map;
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
    void oneTenantsOwnBadRequestsDoNotEndIt() {
        CanaryCount stable = count("good", 500, 0, 50);
        CanaryCount failing = count("bad", 0, 30, 50);
        assertThat(verdict(stable, failing.plus(count("good", 119, 1, 50))))
                .isEqualTo(new CanaryVerdict.Wait(
                        "31 of 150 answers failed, but without those of the tenant bad only 1 of 120: promote"
                                + " it or roll it back"));
        assertThat(verdict(stable, failing.plus(count("good", 58, 2, 50)).plus(count("better", 40, 0, 50))))
                .as("the others have enough answers together, and as many errors as may be")
                .isInstanceOf(CanaryVerdict.Wait.class);
        assertThat(verdict(stable, failing.plus(count("good", 5_000, 0, 50))))
                .as("so few of all that it may be promoted")
                .isInstanceOf(CanaryVerdict.Promote.class);
        CanaryCount frequent = count("good", 2_000, 31, 50);
        assertThat(verdict(stable, failing.plus(frequent)))
                .as("another has more errors, but may have them")
                .isEqualTo(new CanaryVerdict.Wait(
                        "61 of 2061 answers failed, but without those of the tenant bad only 31 of 2031:"
                                + " promote it or roll it back"));
    }

    @Test
    void oneThatFailsForAllEndsAlthoughOneTenantHasMostOfTheRequests() {
        CanaryCount stable = count("large", 950, 0, 50).plus(count("small", 50, 0, 50));
        CanaryCount failing = count("large", 0, 40, 50);
        assertThat(verdict(stable, failing.plus(count("small", 0, 1, 50))))
                .as("so far, nobody has had good answers")
                .isEqualTo(new CanaryVerdict.RollBack("41 of 41 answers failed, at most 2 of 100 may"));
        assertThat(verdict(stable, failing.plus(count("small", 99, 0, 50))))
                .as("too few of them to judge by")
                .isEqualTo(new CanaryVerdict.RollBack("40 of 139 answers failed, at most 2 of 139 may"));
        assertThat(verdict(stable, failing.plus(count("small", 97, 3, 50))))
                .as("too many errors of the others")
                .isInstanceOf(CanaryVerdict.RollBack.class);
        assertThat(verdict(stable, failing.plus(count("small", 0, 40, 50)).plus(count("third", 200, 0, 50))))
                .as("two tenants fail")
                .isInstanceOf(CanaryVerdict.RollBack.class);
    }

    @Test
    void whoeverWasAnsweredOnlyByTheOtherSideSaysNothingAboutIt() {
        assertThat(verdict(count("other", 500, 0, 50), count("one", 0, 3, 50)))
                .isEqualTo(new CanaryVerdict.RollBack("3 of 3 answers failed, at most 2 of 100 may"));
    }

    @Test
    void allErrorsOfATenantThatIsAloneCount() {
        assertThat(verdict(count("one", 500, 0, 50), count("one", 500, 30, 50)))
                .isEqualTo(new CanaryVerdict.RollBack("30 of 530 answers failed, at most 10 of 530 may"));
    }

    @Test
    void answersOfUnknownTenantsDoNotSpeakForIt() {
        CanaryCount earlier = new CanaryCount(500, 0, Map.of(), new long[CanaryCount.STEPS]);
        CanaryCount failing = count("bad", 0, 30, 50);
        assertThat(verdict(earlier, failing.plus(earlier))).isInstanceOf(CanaryVerdict.RollBack.class);
        assertThat(verdict(earlier, failing.plus(earlier).plus(count("good", 100, 0, 50))))
                .isInstanceOf(CanaryVerdict.Wait.class);
        CanaryCount errors = new CanaryCount(30, 30, Map.of(), new long[CanaryCount.STEPS]);
        assertThat(verdict(earlier, errors.plus(failing).plus(count("good", 100, 0, 50))))
                .as("their errors may be anybody's")
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
