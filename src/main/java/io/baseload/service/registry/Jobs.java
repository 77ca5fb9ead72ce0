package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.store.ModelStoreException;
import io.baseload.service.cluster.Membership;
import io.baseload.service.database.NotEnoughDiskException;
import io.baseload.service.pull.PullException;
import io.baseload.service.registry.JobRows.LeftJob;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * Long-running operations on models, each on its own thread, in the process that received the request. The other processes know only what the table has.
 *
 * <p>An operation described by a task, which the table stores, continues after a restart: the next run in the same home, which has its files, starts it again under the same id,
 * and the operation itself finds its partial results. If another process sees no process in the home for ten minutes, it fails. Other operations fail when their process ends. A task that has ended several processes in a row is not started again.
 */
@Component
public final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration[] BOUNDS = LongStream.of(1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600)
            .mapToObj(Duration::ofSeconds)
            .toArray(Duration[]::new);
    private static final int MAX_ATTEMPTS = 5;

    /** The operation of a job; an exception ends the job as failed. */
    @FunctionalInterface
    public interface Work {
        void run(Progress progress);
    }

    private final JobRows rows;
    private final JobTasks tasks;
    private final JdbcAggregateOperations table;
    private final TransactionOperations transaction;
    private final Membership membership;
    private final MeterRegistry meters;
    private final Map<String, LiveJob> live = new ConcurrentHashMap<>();
    private final Map<Job.Kind, Function<String, Work>> lasting = new ConcurrentHashMap<>();
    private final AbsentHomes absent = new AbsentHomes(System::nanoTime);
    private volatile boolean stopping;

    Jobs(
            JobRows rows,
            JobTasks tasks,
            JdbcAggregateOperations table,
            TransactionOperations transaction,
            Membership membership,
            MeterRegistry meters) {
        this.rows = rows;
        this.tasks = tasks;
        this.table = table;
        this.transaction = transaction;
        this.membership = membership;
        this.meters = meters;
        for (Job.Kind kind :
                Job.Kind.values()) { // before the first job: Prometheus sees no increase in a series that begins with 1
            Stream.of(Job.State.values()).filter(Job.State::last).forEach(state -> duration(kind, state));
        }
    }

    /**
     * Defines how jobs of a persistent kind are done.
     *
     * @param task a record that can be stored as JSON
     */
    <T extends Record> void define(Job.Kind kind, Class<T> task, Function<T, Work> work) {
        lasting.put(kind, json -> work.apply(JsonMapper.shared().readValue(json, task)));
    }

    /**
     * Starts a job of a defined kind, which continues after a restart.
     *
     * @param recorded runs in the transaction that creates the job
     */
    Job start(Job.Kind kind, String model, Record task, Consumer<Job> recorded) {
        String json = JsonMapper.shared().writeValueAsString(task);
        return begin(kind, model, Optional.of(json), recorded, work(kind, json)).job();
    }

    private Work work(Job.Kind kind, String task) {
        return Objects.requireNonNull(lasting.get(kind), kind + " is not defined")
                .apply(task);
    }

    /** @param recorded runs in the transaction that creates the job */
    public Job start(Job.Kind kind, String model, Consumer<Job> recorded, Work work) {
        return begin(kind, model, Optional.empty(), recorded, work).job();
    }

    /** Continues the jobs started by earlier runs in this home. */
    public void goOn() {
        for (LeftJob left : rows.left(membership.home())) {
            rows.findById(left.id()).ifPresent(job -> goOn(left, job));
        }
    }

    private void goOn(LeftJob left, Job job) {
        LiveJob resumed = new LiveJob(job, true, left.filed(), rows);
        boolean taken = Boolean.TRUE.equals(transaction.execute(
                status -> rows.takeUp(job.id(), membership.lease().instance()) == 1));
        if (!taken) {
            return; // another process has just ended it
        }
        LOG.info("{} continues: {} {}", job.id(), job.kind(), job.model());
        run(resumed, progress -> {
            if (left.attempts() >= MAX_ATTEMPTS && !left.filed()) {
                throw new ConflictException("The service was stopped or killed " + left.attempts()
                        + " times while this job ran: start it again.");
            }
            String task;
            try {
                task = tasks.read(job.id(), left.task());
            } catch (ConflictException e) {
                if (!left.filed()) {
                    throw e;
                }
                LOG.warn("{} has stored its result, but can't tidy up: {}", job.id(), e.getMessage());
                return;
            }
            work(job.kind(), task).run(progress);
        });
    }

    /**
     * The same for a caller who waits: returns when the job has succeeded. If the caller goes away, the job continues.
     *
     * @throws ConflictException if it was cancelled
     * @throws RuntimeException the error with which it failed
     */
    public void run(Job.Kind kind, String model, Consumer<Job> recorded, Work work) {
        try {
            begin(kind, model, Optional.empty(), recorded, work).end().join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case CancelledException cancelled ->
                    throw new ConflictException("The job for the model '" + model + "' was cancelled.");
                case RuntimeException failure -> throw failure;
                case null, default -> throw e;
            }
        }
    }

    private LiveJob begin(Job.Kind kind, String model, Optional<String> task, Consumer<Job> recorded, Work work) {
        Job job = Job.queued("job_" + UUID.randomUUID().toString().replace("-", ""), kind, model);
        transaction.executeWithoutResult(status -> {
            rows.deleteOld();
            table.insert(job);
            String stored = task.map(json -> tasks.stored(job.id(), json)).orElse(null);
            rows.own(job.id(), membership.lease().instance(), membership.home(), stored);
            recorded.accept(job);
        });
        LiveJob started = new LiveJob(job, task.isPresent(), false, rows);
        run(started, work);
        return started;
    }

    private void run(LiveJob job, Work work) {
        live.put(job.job().id(), job);
        Thread.ofVirtual().name(job.job().id()).start(() -> {
            if (ends(job, work)) {
                keep(job.job());
            } else {
                live.remove(job.job().id());
            }
        });
    }

    /** @return false if it should continue at the next start */
    private boolean ends(LiveJob job, Work work) {
        long begun = System.nanoTime();
        try {
            job.at(job.job().progress(), "started");
            work.run(job);
            job.succeed();
        } catch (RuntimeException | Error e) {
            if (stopping && job.lasts() && !job.isCancelled()) {
                LOG.info("{} continues at the next start", job.job().id());
                return false;
            }
            job.fail(e instanceof CancelledException ? Job.State.CANCELLED : Job.State.FAILED, e);
            if (!isExpected(e)) {
                LOG.error(
                        "{} ({} {}) failed",
                        job.job().id(),
                        job.job().kind(),
                        job.job().model(),
                        e);
            }
        }
        duration(job.job().kind(), job.job().state()).record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        return true;
    }

    private Timer duration(Job.Kind kind, Job.State state) {
        return Timer.builder("baseload.job_time")
                .description("duration of jobs; for resumed ones, of the last run")
                .tag("kind", kind.name().toLowerCase(Locale.ROOT))
                .tag("state", state.name().toLowerCase(Locale.ROOT))
                .serviceLevelObjectives(BOUNDS)
                .register(meters);
    }

    /** Exceptions whose message says everything. */
    private static boolean isExpected(Throwable failure) {
        return failure instanceof CancelledException
                || failure instanceof ModelFileException
                || failure instanceof InvalidRequestException
                || failure instanceof ModelStoreException
                || failure instanceof NotFiniteException
                || failure instanceof NotEnoughMemoryException
                || failure instanceof NotEnoughDiskException
                || failure instanceof UnknownModelException
                || failure instanceof PullException
                || failure instanceof ConflictException;
    }

    /** Stores the end, however long the database is unreachable. */
    private void keep(Job job) {
        LOG.info("{}: {} {}: {}", job.id(), job.kind(), job.model(), job.message());
        while (!written(job)) {
            try {
                Thread.sleep(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        live.remove(job.id());
    }

    private boolean written(Job job) {
        try {
            transaction.executeWithoutResult(status -> {
                rows.save(job);
                rows.forgetTask(job.id());
            });
            return true;
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("the end of {} can't be written yet: {}", job.id(), e.getMessage());
            return false;
        }
    }

    public static String inWords(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /**
     * Newest first.
     *
     * @param after the id of the last one seen; empty = from the start
     */
    public List<Job> page(String after, int limit) {
        // before the rows: the row of a job that is not among these has its end
        Map<String, LiveJob> running = Map.copyOf(live);
        return rows.page(after, limit).stream()
                .map(row -> Optional.ofNullable(running.get(row.id()))
                        .map(LiveJob::job)
                        .orElse(row))
                .toList();
    }

    public Optional<Job> find(String id) {
        LiveJob running = live.get(id); // before the row, for the same reason
        return running == null ? rows.findById(id) : Optional.of(running.job());
    }

    /**
     * Asks a job to end; it does so at its next step.
     *
     * @param recorded runs in a transaction before that
     * @throws ConflictException if it has ended already
     */
    public Job cancel(Job job, Runnable recorded) {
        transaction.executeWithoutResult(status -> {
            if (rows.askToCancel(job.id()) == 0) {
                throw new ConflictException("The job '" + job.id() + "' has ended.");
            }
            recorded.run();
        });
        LiveJob running = live.get(job.id());
        if (running == null) {
            return job; // another process runs it, and will see this
        }
        running.cancel();
        return running.job();
    }

    /** Asks all loads of a model to end, in whatever process, those to be continued after a restart included. */
    void cancelLoads(String model) {
        rows.askToCancelLoads(model);
    }

    /** Reports the progress of this process's jobs to the others, and learns which ones they ask to end. */
    public void tell() {
        live.values().forEach(running -> {
            Job job = running.job();
            if (!job.state().last()
                    && rows.tell(job.id(), job.progress(), job.message()) == 1
                    && rows.isToBeCancelled(job.id())) {
                running.cancel();
            }
        });
    }

    /** Ends the jobs of dead processes. */
    public void failInterrupted() {
        rows.failInterrupted();
        absent.gone(rows.absentHomes()).forEach(rows::failLeft);
    }

    /** Ends running jobs, and waits a while for that. Persistent jobs, and those that can't end in time, are found at the next start. */
    public void stop() {
        stopping = true;
        live.values().forEach(LiveJob::interrupt);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!live.isEmpty() && System.nanoTime() < deadline) {
                Thread.sleep(Duration.ofMillis(20));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A job of this process; the table's state may be older. */
    private static final class LiveJob implements Progress {
        private volatile Job job;
        private final boolean lasts;
        private final boolean filed;
        private final JobRows rows;
        private volatile boolean cancelled;
        private volatile boolean interrupted;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private volatile String remark = "";

        /**
         * @param lasts whether it can continue after a restart
         * @param filed whether an earlier run has stored its result
         */
        LiveJob(Job job, boolean lasts, boolean filed, JobRows rows) {
            this.job = job;
            this.lasts = lasts;
            this.filed = filed;
            this.rows = rows;
        }

        boolean lasts() {
            return lasts;
        }

        Job job() {
            return job;
        }

        /** Somebody cancelled it. */
        void cancel() {
            cancelled = true;
        }

        boolean isCancelled() {
            return cancelled;
        }

        /** Its process ends. */
        void interrupt() {
            interrupted = true;
        }

        /** Completes when the job has ended, with the error if it failed. */
        CompletableFuture<Void> end() {
            return end;
        }

        @Override
        public void at(double fraction, String message) {
            if (cancelled || interrupted) {
                throw new CancelledException();
            }
            job = job.running(fraction, message);
        }

        @Override
        public void remark(String text) {
            remark = "; " + text;
        }

        @Override
        public void file() {
            rows.file(job.id());
        }

        @Override
        public boolean isFiled() {
            return filed;
        }

        void succeed() {
            job = job.ended(Job.State.SUCCEEDED, "done" + remark);
            end.complete(null);
        }

        void fail(Job.State state, Throwable failure) {
            job = job.ended(state, Jobs.inWords(failure));
            end.completeExceptionally(failure);
        }
    }

    /** Where a job reports its progress. */
    @FunctionalInterface
    public interface Progress {
        /** Nobody watches. */
        Progress IGNORED = (fraction, message) -> {};

        /**
         * @param fraction from 0 to 1
         * @throws CancelledException if somebody cancelled the job: it cleans up and ends
         */
        void at(double fraction, String message);

        /** A message for the user who started the job, shown at its end. */
        default void remark(String text) {}

        /** The job's result is stored, in this transaction: a later run has only to tidy up. */
        default void file() {}

        /** Whether an earlier run has stored the result. */
        default boolean isFiled() {
            return false;
        }
    }

    /** Thrown inside a job that was cancelled. */
    public static final class CancelledException extends RuntimeException {
        public CancelledException() {
            super("cancelled");
        }
    }
}
