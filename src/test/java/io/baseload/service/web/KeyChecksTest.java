package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The number of look-ups that wrong keys cause. */
class KeyChecksTest {
    private static final Caller CALLER =
            new Caller("acme", 1, "bl_right", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);

    private static final Set<Thread.State> WAITING = Set.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

    private final AtomicInteger lookUps = new AtomicInteger();
    private final AtomicLong now = new AtomicLong(1);
    private volatile boolean revoked;
    private final FailedAttempts attempts = new FailedAttempts(now::get);
    private final KeyChecks checks = checks(this::lookUp);

    private KeyChecks checks(Authenticator authenticator) {
        return checks(authenticator, Patience.LIMIT);
    }

    private KeyChecks checks(Authenticator authenticator, Duration patience) {
        return checks(authenticator, new Semaphore(3, true), patience);
    }

    private KeyChecks checks(Authenticator authenticator, Semaphore known, Duration patience) {
        return new KeyChecks(key -> () -> authenticator.authenticate(key), attempts, known, patience, now::get);
    }

    private Optional<Caller> lookUp(String key) {
        lookUps.incrementAndGet();
        return key.startsWith("right") && !revoked ? Optional.of(CALLER) : Optional.empty();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aWrongKeyIsLookedUpOnceInAWhile() {
        for (int i = 0; i < 100; i++) {
            assertThat(checks.check("wrong", "a")).isEmpty();
        }
        assertThat(lookUps).hasValue(1);
        pass(Duration.ofSeconds(11));
        assertThat(checks.check("wrong", "a")).isEmpty();
        assertThat(lookUps).hasValue(2);
    }

    @Test
    void anAddressThatGuessesWaits() {
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            assertThat(checks.check("wrong" + i, "a")).isEmpty();
        }
        for (int i = 0; i < 1000; i++) {
            String another = "another" + i;
            assertThatThrownBy(() -> checks.check(another, "a")).isInstanceOf(ApiException.class);
        }
        assertThat(lookUps).hasValue(FailedAttempts.MAX_ATTEMPTS);
        assertThat(checks.check("right", "b")).hasValue(CALLER);
        pass(Duration.ofSeconds(2));
        assertThat(checks.check("right too", "a")).hasValue(CALLER);
    }

    /** Somebody with one machine has 2^64 of them. */
    @Test
    void theAddressesOfANetworkWaitTogether() {
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            assertThat(checks.check("wrong" + i, "2001:db8:0:1:0:0:0:" + Integer.toHexString(i)))
                    .isEmpty();
        }
        assertThatThrownBy(() -> checks.check("another", "2001:db8:0:1::abcd")).isInstanceOf(ApiException.class);
        assertThat(checks.check("right", "2001:db8:0:2::1")).hasValue(CALLER);
    }

    /** Of IPv4 an address is one machine, however it is written. */
    @ParameterizedTest
    @CsvSource({"::ffff:192.0.2.1, 192.0.2.1, ::ffff:192.0.2.2", "64:ff9b::c000:201, 64:ff9b::192.0.2.1, 64:ff9b::1"})
    void anAddressOfIpv4IsItsOwnNetwork(String address, String sameAddress, String another) {
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            assertThat(checks.check("wrong" + i, i % 2 == 0 ? address : sameAddress))
                    .isEmpty();
        }
        assertThatThrownBy(() -> checks.check("another", address)).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> checks.check("another", sameAddress)).isInstanceOf(ApiException.class);
        assertThat(checks.check("right", another)).hasValue(CALLER);
    }

    @Test
    void wrongKeysAndWrongTokensCountTogether() {
        var tokens = checks(this::lookUp);
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            assertThat((i % 2 == 0 ? checks : tokens).check("wrong" + i, "a")).isEmpty();
        }
        assertThatThrownBy(() -> checks.check("another", "a")).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> tokens.check("another", "a")).isInstanceOf(ApiException.class);
        assertThat(tokens.check("right", "b")).hasValue(CALLER);
    }

    @Test
    void attemptsAtOnceCountBeforeTheyAreKnownToBeWrong() {
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            attempts.begin("a");
        }
        assertThatThrownBy(() -> attempts.begin("a")).isInstanceOf(ApiException.class);
        attempts.forgive("a");
        attempts.begin("a");
        assertThatThrownBy(() -> attempts.begin("a")).isInstanceOf(ApiException.class);
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            attempts.forgive("a");
        }
        for (int i = 0; i < 10 * FailedAttempts.MAX_ATTEMPTS; i++) {
            attempts.begin("a");
            attempts.forgive("a");
        }
        attempts.begin("b");
        pass(Duration.ofMinutes(1));
        attempts.forgive("b");
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            attempts.begin("b");
        }
        assertThatThrownBy(() -> attempts.begin("b"))
                .as("nothing is forgiven twice")
                .isInstanceOf(ApiException.class);
    }

    @Test
    void aKeyThatWasRightPassesFromAnyAddressAndIsLookedUpEachTime() {
        assertThat(checks.check("right", "a")).hasValue(CALLER);
        for (int i = 0; i < FailedAttempts.MAX_ATTEMPTS; i++) {
            assertThat(checks.check("wrong" + i, "a")).isEmpty();
        }
        assertThat(checks.check("right", "a")).hasValue(CALLER);
        revoked = true;
        assertThat(checks.check("right", "a")).isEmpty();
    }

    @Test
    void strangersShareTwoLookUps() throws Exception {
        var begun = new CountDownLatch(2);
        var may = new CountDownLatch(1);
        var atOnce = new AtomicInteger();
        var most = new AtomicInteger();
        var slow = checks(key -> {
            if (key.equals("right")) {
                return Optional.of(CALLER);
            }
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            begun.countDown();
            try {
                may.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            atOnce.decrementAndGet();
            return Optional.empty();
        });
        assertThat(slow.check("right", "a")).hasValue(CALLER);
        List<Thread> guessing = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String key = "wrong" + i;
            guessing.add(Thread.ofVirtual().start(() -> slow.check(key, key)));
        }
        assertThat(begun.await(5, TimeUnit.MINUTES)).isTrue();
        assertThat(slow.check("right", "a"))
                .as("while all places of strangers are taken")
                .hasValue(CALLER);
        may.countDown();
        for (Thread thread : guessing) {
            thread.join();
        }
        assertThat(most).hasValue(2);
    }

    @Test
    void requestsAtTheSameTimeShareALookUp() throws Exception {
        var may = new Semaphore(1); // of the stranger that it is at first
        var slow = waiting(may);
        assertThat(slow.check("right", "a")).hasValue(CALLER);
        var running = asking(slow, 1);
        var waiting = asking(slow, 1000);
        may.release(2);
        for (var thread : running) {
            thread.join();
        }
        for (var thread : waiting) {
            thread.join();
        }
        assertThat(lookUps).hasValue(3);
    }

    @Test
    void aLookUpThatBeganEarlierIsNotShared() throws Exception {
        var may = new Semaphore(1);
        var slow = waiting(may);
        assertThat(slow.check("right", "a")).hasValue(CALLER);
        var running = asking(slow, 1);
        revoked = true;
        var waiting = CompletableFuture.supplyAsync(
                () -> slow.check("right", "a"), run -> Thread.ofVirtual().start(run));
        may.release(2);
        running.getFirst().join();
        assertThat(waiting.get()).isEmpty();
    }

    /** Each look-up has its result, and then waits. */
    private KeyChecks waiting(Semaphore may) {
        return checks(key -> {
            var result = lookUp(key);
            may.acquireUninterruptibly();
            return result;
        });
    }

    /** Requests that wait. */
    private static List<Thread> asking(KeyChecks checks, int requests) {
        var threads = IntStream.range(0, requests)
                .mapToObj(i -> Thread.ofVirtual().start(() -> checks.check("right", "a")))
                .toList();
        Patience.await().until(() -> threads.stream().allMatch(it -> WAITING.contains(it.getState())));
        return threads;
    }

    @Test
    void aFailedLookUpIsNotSharedByThoseWhoComeLater() {
        var broken = new AtomicBoolean();
        var checks = checks(key -> {
            if (broken.get()) {
                throw new IllegalStateException("no database");
            }
            return lookUp(key);
        });
        assertThat(checks.check("right", "a")).hasValue(CALLER);
        broken.set(true);
        assertThatThrownBy(() -> checks.check("right", "a")).isInstanceOf(IllegalStateException.class);
        broken.set(false);
        assertThat(checks.check("right", "a")).hasValue(CALLER);
    }

    @Test
    void aRequestThatSharesAFailedLookUpTriesAgain() throws Exception {
        var may = new Semaphore(1);
        var failures = new AtomicInteger();
        var slow = checks(key -> {
            may.acquireUninterruptibly();
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("no database");
            }
            return lookUp(key);
        });
        assertThat(slow.check("right", "a")).hasValue(CALLER);
        var running = asking(slow, 1);
        var answers = new ConcurrentLinkedQueue<Optional<Caller>>();
        var threads = IntStream.range(0, 10)
                .mapToObj(i -> Thread.ofVirtual().start(() -> answers.add(slow.check("right", "a"))))
                .toList();
        Patience.await().until(() -> threads.stream().allMatch(it -> WAITING.contains(it.getState())));
        may.release(1);
        running.getFirst().join();
        failures.set(1);
        may.release(10);
        for (var thread : threads) {
            thread.join();
        }
        assertThat(answers).as("of all but the one whose own failed").hasSize(9).containsOnly(Optional.of(CALLER));
    }

    @Test
    void aRequestWaitsOnlySoLongForTheLookUpsOfOthers() throws Exception {
        var may = new Semaphore(1);
        var hanging = checks(
                key -> {
                    may.acquireUninterruptibly();
                    return lookUp(key);
                },
                Duration.ofMillis(10));
        assertThat(hanging.check("right", "a")).hasValue(CALLER);
        var running = asking(hanging, 1);
        assertThatThrownBy(() -> hanging.check("right", "a")).isInstanceOf(ApiException.class);
        may.release(2);
        running.getFirst().join();
        assertThat(hanging.check("right", "a")).hasValue(CALLER);
    }

    @Test
    void keysAndTokensShareThePlacesOfKnownOnes() throws Exception {
        var known = new Semaphore(1, true);
        var keys = checks(this::lookUp, known, Duration.ofMillis(1));
        var tokens = checks(this::lookUp, known, Duration.ofMillis(1));
        assertThat(keys.check("right", "a")).hasValue(CALLER);
        assertThat(tokens.check("right", "a")).hasValue(CALLER);
        known.acquire();
        assertThatThrownBy(() -> keys.check("right", "a")).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> tokens.check("right", "a")).isInstanceOf(ApiException.class);
        known.release();
        assertThat(tokens.check("right", "a")).hasValue(CALLER);
    }

    @Test
    void knownTokensTakeNoPlaceWhileTheirProviderIsAsked() throws Exception {
        var known = new Semaphore(1, true);
        var asked = new Semaphore(1);
        var keys = checks(this::lookUp, known, Patience.LIMIT);
        var tokens = new KeyChecks(
                token -> {
                    asked.acquireUninterruptibly();
                    return () -> lookUp(token);
                },
                attempts,
                known,
                Patience.LIMIT,
                now::get);
        assertThat(keys.check("right", "a")).hasValue(CALLER);
        assertThat(tokens.check("right", "a")).hasValue(CALLER);
        var hanging = asking(tokens, 1);
        assertThat(known.availablePermits()).isEqualTo(1);
        assertThat(keys.check("right", "a")).hasValue(CALLER);
        asked.release();
        hanging.getFirst().join();
    }
}
