package io.baseload.service.inference;

import io.baseload.chat.api.CoarseTimer;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.quota.QuotaDecision;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.quota.Reservation;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reserves before the first token and settles after the last.
 *
 * <p>Invariants: a request starts only if its reservation and its intent are committed; every started request is settled, from memory for as long as the database is unreachable
 * and whatever the failure, even a failover that lost its reservation ({@link RecentRequests}); a reservation whose request never started is given back, even if the response to the commit was lost. A request waits only a limited time for its
 * reservation: then it is refused, and if the reservation succeeds after all, it is given back. Only a tenant's own requests wait while somebody has its rows locked.
 *
 * <p>Four threads talk to the database: one checks requests before any work is done, one records blocked requests, one writes reservations and one settlements, so that settlements
 * never wait behind new requests. Nobody interrupts these threads: the interrupt of a cancelled request's thread would break a pooled connection.
 */
final class ReservationLedger implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReservationLedger.class);
    static final int MAX_WAITING = 2_000;
    private static final int MAX_UNSETTLED = 10_000;
    private static final long ROOM_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long MAX_PAUSE_MILLIS = 5_000;

    private final LedgerTransactions transactions;
    private final LedgerPatience patience;
    private final Runnable failed;
    private final GroupCommit<QuotaDemand, QuotaDecision> checking;
    private final GroupCommit<Intent, QuotaDecision> reserving;
    private final GroupCommit<Outcome, Boolean> settling;
    private final GroupCommit<AuditTrail.NewEntry, Boolean> recording;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().name("ledger-clock-", 0).daemon().factory());
    private final Set<UUID> unfinished = ConcurrentHashMap.newKeySet();
    private final Set<UUID> unsettled = ConcurrentHashMap.newKeySet();
    /** The tenants whose latest reservation was refused. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    private final RecentRequests recent = new RecentRequests();
    private final AtomicBoolean againRunning = new AtomicBoolean();
    /** When the windows may be queried again, after the database didn't answer. */
    private volatile long roomAgain = System.nanoTime();

    /** @param failed learns that a transaction has failed */
    ReservationLedger(LedgerTransactions transactions, LedgerPatience patience, Runnable failed, MeterRegistry meters) {
        this.transactions = transactions;
        this.patience = patience;
        this.failed = failed;
        this.checking = new GroupCommit<>("check", MAX_WAITING, demand -> 0, told(all(transactions::check)), meters);
        this.reserving = new GroupCommit<>("reserve", MAX_WAITING, Intent::bytes, told(transactions::reserve), meters);
        this.recording = new GroupCommit<>("record", MAX_WAITING, entry -> 0, told(all(transactions::record)), meters);
        this.settling =
                new GroupCommit<>("settle", MAX_WAITING + MAX_UNSETTLED, Outcome::bytes, told(this::settleAll), meters);
    }

    /** A transaction whose failure is told. */
    private <T, R> Function<T, R> told(Function<T, R> transaction) {
        return items -> {
            try {
                return transaction.apply(items);
            } catch (RuntimeException | Error e) {
                failed.run();
                throw e;
            }
        };
    }

    /** A transaction that locks no rows of a tenant. */
    private static <T, R> Function<List<T>, List<Optional<R>>> all(Function<List<T>, List<R>> transaction) {
        return items -> transaction.apply(items).stream().map(Optional::of).toList();
    }

    LedgerTransactions transactions() {
        return transactions;
    }

    LedgerPatience patience() {
        return patience;
    }

    /** For work to be done later, or repeatedly. */
    ScheduledExecutorService clock() {
        return clock;
    }

    /** Whether this process will still settle a reservation, or give it back. */
    boolean knows(UUID reservation) {
        return unfinished.contains(reservation);
    }

    /**
     * Refuses a request that would find no room now, before any work is done on it. Passing promises nothing: {@link #reserve} decides.
     *
     * @throws io.baseload.service.quota.QuotaExceededException if a limit of the tenant is reached
     * @throws LedgerUnavailableException if the database didn't answer in time
     */
    QuotaDecision.Granted check(QuotaDemand demand) {
        return switch (await(checking, demand, patience.reservation())) {
            case QuotaDecision.Granted granted -> granted;
            case QuotaDecision.Refused refused -> throw refused.reason();
        };
    }

    /**
     * Records in the trail why a request does not start.
     *
     * @throws LedgerUnavailableException if this could not be written in time
     */
    void record(AuditTrail.NewEntry entry) {
        await(recording, entry, patience.reservation());
    }

    /** The windows as they are now; empty if the database doesn't answer soon, for a few seconds after that, or if there is no such tenant. */
    Optional<QuotaSnapshot> room(QuotaDemand nothing) {
        if (System.nanoTime() - roomAgain < 0) {
            return Optional.empty();
        }
        try {
            return await(checking, nothing, patience.settlement()) instanceof QuotaDecision.Granted granted
                    ? Optional.of(granted.quota())
                    : Optional.empty();
        } catch (LedgerUnavailableException e) {
            roomAgain = System.nanoTime() + ROOM_PAUSE_NANOS;
            return Optional.empty();
        }
    }

    private static <T, R> R await(GroupCommit<T, R> commit, T item, Duration patience) {
        try {
            var entry = commit.submit(item);
            return CoarseTimer.limited(entry.result(), patience)
                    .whenComplete((done, failure) -> entry.withdraw())
                    .join();
        } catch (RejectedExecutionException e) {
            throw new LedgerUnavailableException(e);
        } catch (CompletionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            if (cause instanceof TimeoutException || DatabaseFailures.isUnavailable(cause)) {
                throw new LedgerUnavailableException(cause);
            }
            throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
        }
    }

    /**
     * Reserves; when this returns, the intent is in the audit trail. A tenant that was refused is first checked, which locks nothing, until there is room again: so requests without a
     * budget delay nobody.
     *
     * @throws io.baseload.service.quota.QuotaExceededException if a limit of the tenant is reached
     * @throws LedgerUnavailableException if this could not be written in time
     */
    QuotaDecision.Granted reserve(Intent intent) {
        var reservation = intent.reservation();
        if (unsettled.size() >= MAX_UNSETTLED) {
            throw new LedgerUnavailableException(new IllegalStateException("too much waits to be settled"));
        }
        if (refused.contains(reservation.tenant())) {
            check(reservation.demand());
        }
        unfinished.add(reservation.id());
        GroupCommit.Entry<Intent, QuotaDecision> entry;
        try {
            entry = reserving.submit(intent);
        } catch (RejectedExecutionException e) {
            unfinished.remove(reservation.id());
            throw new LedgerUnavailableException(e);
        }
        try {
            return granted(
                    intent,
                    CoarseTimer.limited(entry.result(), patience.reservation()).join());
        } catch (CompletionException e) {
            throw failure(reservation, entry, Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private QuotaDecision.Granted granted(Intent intent, QuotaDecision decision) {
        return switch (decision) {
            case QuotaDecision.Granted granted -> {
                refused.remove(intent.reservation().tenant());
                recent.start(intent, granted.at());
                yield granted;
            }
            case QuotaDecision.Refused refusal -> {
                refused.add(intent.reservation().tenant());
                unfinished.remove(intent.reservation().id());
                throw refusal.reason();
            }
        };
    }

    /** A commit whose response was lost, or that comes too late, may have happened or may still happen: its reservation is given back. */
    private RuntimeException failure(
            Reservation reservation, GroupCommit.Entry<?, QuotaDecision> entry, Throwable cause) {
        boolean late = cause instanceof TimeoutException;
        if (late && entry.withdraw()) {
            unfinished.remove(reservation.id());
        } else if (late || DatabaseFailures.isUnavailable(cause)) {
            var _ = entry.result().whenComplete((decision, failure) -> {
                var _ = refund(reservation);
            });
        } else {
            unfinished.remove(reservation.id());
            return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
        }
        return new LedgerUnavailableException(cause);
    }

    /** Completes when outcome and usage are in the database. */
    CompletableFuture<Void> settle(Outcome outcome) {
        var done = new CompletableFuture<Void>();
        unsettled.add(outcome.reservation().id());
        attempt(outcome, done, FIRST_PAUSE_MILLIS);
        return done;
    }

    /** Takes back a reservation whose request never started. */
    CompletableFuture<Void> refund(Reservation reservation) {
        return settle(Outcome.refused(reservation));
    }

    /**
     * Settles a reservation that was open and that no request of this process holds: the request never started, or the database has lost its settlement. If the request was settled
     * after the reservation was read, nothing changes.
     */
    void settleUnheld(Reservation reservation) {
        var outcome = recent.outcome(reservation.id()).orElseGet(() -> {
            log.warn("{} was reserved but never started: given back", reservation.requestId());
            return Outcome.refused(reservation);
        });
        var unused = settle(outcome);
    }

    /** Where one commit is lost, others are too. Settling twice changes nothing. */
    private void settleAgain() {
        if (againRunning.compareAndSet(false, true)) {
            var outcomes = recent.outcomes();
            log.error(
                    "The database has lost commits, as after a failover to a standby that was behind. Missing records"
                            + " of running requests and of the last {} are written again.",
                    outcomes.size());
            var settled = outcomes.stream().map(this::settle).toArray(CompletableFuture<?>[]::new);
            var unused = CompletableFuture.allOf(settled).whenComplete((nothing, failure) -> againRunning.set(false));
        }
    }

    /** Requests that the database knows nothing of are recorded again, and settled with the next group; those of a tenant that somebody else has locked, with a later one. */
    private List<Optional<Boolean>> settleAll(List<Outcome> outcomes) {
        var settled = transactions.settle(outcomes);
        if (those(outcomes, settled, true)
                .anyMatch(outcome -> recent.outcome(outcome.reservation().id()).isPresent())) {
            settleAgain(); // a settlement had been committed before
        }
        var unknown = those(outcomes, settled, false)
                .filter(outcome -> outcome.state() != Outcome.State.REFUSED)
                .map(outcome -> outcome.reservation().id())
                .distinct()
                .flatMap(id -> recent.find(id).stream())
                .toList();
        if (unknown.isEmpty()) {
            return settled;
        }
        var restored = transactions.restore(unknown);
        if (!restored.isEmpty()) {
            settleAgain();
        }
        return IntStream.range(0, outcomes.size())
                .mapToObj(i -> settled.get(i)
                        .filter(now ->
                                !restored.contains(outcomes.get(i).reservation().id())))
                .toList();
    }

    /** @param now whether they have ended now */
    private static Stream<Outcome> those(List<Outcome> outcomes, List<Optional<Boolean>> settled, boolean now) {
        return IntStream.range(0, outcomes.size())
                .filter(i -> settled.get(i).equals(Optional.of(now)))
                .mapToObj(outcomes::get);
    }

    private void attempt(Outcome outcome, CompletableFuture<Void> done, long pauseMillis) {
        try {
            var unused = settling.submit(outcome).result().whenComplete((settled, failure) -> {
                if (failure == null) {
                    recent.end(outcome);
                    unsettled.remove(outcome.reservation().id());
                    unfinished.remove(outcome.reservation().id());
                    done.complete(null);
                } else {
                    again(outcome, done, pauseMillis, failure);
                }
            });
        } catch (RejectedExecutionException e) {
            again(outcome, done, pauseMillis, e);
        }
    }

    private void again(Outcome outcome, CompletableFuture<Void> done, long pauseMillis, Throwable failure) {
        var request = outcome.reservation().requestId();
        if (DatabaseFailures.isUnavailable(failure) || failure instanceof RejectedExecutionException) {
            log.warn("{} is not settled yet: {}", request, failure.toString());
        } else {
            log.error("{} is not settled yet", request, failure);
        }
        try {
            long next = Math.min(2 * pauseMillis, MAX_PAUSE_MILLIS);
            var unused = clock.schedule(() -> attempt(outcome, done, next), pauseMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(e); // shutting down: others will find it, and count it as lost
        }
    }

    /** Settles ended requests for a limited time; other processes will settle the remaining ones as lost. */
    @Override
    public void close() {
        checking.close();
        recording.close();
        reserving.close();
        clock.shutdown();
        settling.close();
    }
}
