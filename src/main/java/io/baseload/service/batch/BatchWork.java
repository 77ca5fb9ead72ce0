package io.baseload.service.batch;

import io.baseload.service.audit.Actor;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Runs batches, in each process: looks for work every second, runs a limited number of lines at a time, and has {@link FileWork} read files and write results.
 *
 * <p>Idea: the complete state of a batch is in the database; a process has only the lines that it runs at the moment. A line, or a batch whose files are read or written, is taken
 * in the name of a process's lease, and its result counts only if it is still taken in that name. So the work of a dead process is taken by another one, or by the next run, as
 * soon as the lease is over.
 *
 * <p>Invariant: a line whose result is written is never taken again. A line that ran when its process died is run again; the cost of the first attempt is settled as for any lost
 * request.
 */
final class BatchWork implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(BatchWork.class);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private final BatchRows batches;
    private final LineRows lines;
    private final FileWork fileWork;
    private final LineRunner runner;
    private final Contents contents;
    private final Membership membership;
    private final BatchProperties properties;
    private final MeterRegistry meters;
    private final Semaphore places;
    private final Map<String, Taken> taken = new ConcurrentHashMap<>(); // the lines that this process runs, by id
    private final Map<String, Long> waiting =
            new ConcurrentHashMap<>(); // batches that it leaves alone until the given System.nanoTime()
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("batches").daemon().factory());
    private volatile boolean running;

    BatchWork(
            BatchRows batches,
            LineRows lines,
            FileWork fileWork,
            LineRunner runner,
            Contents contents,
            Membership membership,
            BatchProperties properties,
            MeterRegistry meters) {
        this.batches = batches;
        this.lines = lines;
        this.fileWork = fileWork;
        this.runner = runner;
        this.contents = contents;
        this.membership = membership;
        this.properties = properties;
        this.meters = meters;
        this.places = new Semaphore(properties.concurrency());
        Gauge.builder("baseload.batch_lines_running", places, it -> properties.concurrency() - it.availablePermits())
                .description("lines of batches that this process runs")
                .register(meters);
    }

    @Override
    public void start() {
        running = true;
        if (properties.concurrency() > 0) {
            var unused = clock.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
        }
    }

    /** Begins no more lines. */
    @Override
    public void stop() {
        running = false;
        clock.shutdown();
    }

    /** Running lines have the time that running answers have; another process, or the next start, runs the others again. */
    @Override
    public void stop(Runnable ended) {
        stop();
        Thread.ofVirtual().name("batches-end").start(() -> {
            places.acquireUninterruptibly(properties.concurrency());
            ended.run();
        });
    }

    /** Stops together with the web server, so that neither waits for the other. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Looks now. */
    void wake() {
        if (properties.concurrency() == 0) {
            return;
        }
        try {
            clock.execute(() -> look(false));
        } catch (RejectedExecutionException e) {
            LOG.debug("batches have stopped: {}", e.toString());
        }
    }

    /** Runs each second; a look in between need not release anything. */
    private void tick() {
        long now = System.nanoTime();
        waiting.values().removeIf(until -> until - now < 0);
        look(true);
    }

    /** Runs in the clock's thread only. Not even an Error may end the clock. */
    private void look(boolean letsGo) {
        try {
            if (running && batches.anyActive()) {
                if (letsGo) {
                    letGo();
                }
                takeLines();
                fileWork.begin(membership.lease().instance(), this::wake);
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("Batches wait: {}", e.toString());
        }
    }

    /** Releases work that is marked as this process's own although it doesn't do it: the response to a commit was lost, or the work failed while the database was unreachable. */
    private void letGo() {
        UUID instance = membership.lease().instance();
        int lost =
                lines.release(instance, taken.values().stream().map(Taken::line).toList())
                        + batches.releaseOthers(instance, fileWork.current());
        if (lost > 0) {
            LOG.warn("{} lines or batches that had been taken but not worked on are released", lost);
        }
    }

    private void takeLines() {
        while (running && places.tryAcquire()) {
            UUID instance = membership.lease().instance();
            Optional<BatchLine> line = Optional.empty();
            try {
                line = lines.take(instance, waiting.keySet());
            } finally {
                if (line.isEmpty()) {
                    places.release();
                }
            }
            if (line.isEmpty()) {
                return;
            }
            begin(new Taken(line.get(), instance));
        }
    }

    /** A line that this process has taken, in the name of a lease. */
    private record Taken(BatchLine line, UUID instance) {}

    /**
     * Runs a line on its own thread. A line that still runs, because this process lost its lease and took the line again, is not run a second time: it continues in the name of
     * the new lease.
     */
    private void begin(Taken now) {
        String id = now.line().id();
        if (taken.put(id, now) != null) {
            places.release();
            return;
        }
        Thread.ofVirtual().name(id).start(() -> {
            try {
                run(now.line());
            } finally {
                taken.remove(id);
                places.release();
                wake();
            }
        });
    }

    private void run(BatchLine line) {
        long begun = System.nanoTime();
        try (var ignored = MDC.putCloseable("request_id", line.requestId())) {
            try (LineRunner.Outcome outcome = outcome(line)) {
                insist(() -> {
                    if (!write(Objects.requireNonNull(taken.get(line.id())), outcome)) {
                        var ran = Duration.ofNanos(System.nanoTime() - begun);
                        contents.eraseLate(Actor.SYSTEM, line.tenant(), line.requestId(), ran);
                    }
                });
            }
        }
    }

    private LineRunner.Outcome outcome(BatchLine line) {
        try {
            RequestBatch batch = batches.find(line.tenant(), line.batch()).orElseThrow();
            return runner.run(batch, line);
        } catch (RuntimeException e) {
            LOG.warn("{} waits: {}", line.requestId(), e.toString());
            return new LineRunner.Outcome.Later(MAX_PAUSE);
        }
    }

    /** False if the line is no longer this process's: another one has it, or it was erased. */
    private boolean write(Taken taken, LineRunner.Outcome outcome) {
        BatchLine line = taken.line();
        return switch (outcome) {
            case LineRunner.Outcome.Ended ended -> {
                boolean ours = lines.end(line, taken.instance(), ended);
                count(ours ? ended.completed() ? "completed" : "failed" : "lost");
                yield ours;
            }
            case LineRunner.Outcome.Later later -> {
                waiting.put(
                        line.batch(),
                        System.nanoTime() + shortened(later.pause()).toNanos());
                boolean ours = lines.giveBack(line, taken.instance());
                count("deferred");
                yield ours;
            }
        };
    }

    private static Duration shortened(Duration wanted) {
        return wanted.compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : wanted;
    }

    private void count(String outcome) {
        Counter.builder("baseload.batch_lines")
                .description("lines of batches that were run, or refused for a while")
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }

    /** Retries for as long as the database is unreachable. */
    private static void insist(Runnable writing) {
        while (true) {
            try {
                writing.run();
                return;
            } catch (DataAccessException | TransactionException e) {
                LOG.warn("The result of a line can't be written yet: {}", e.toString());
            }
            try {
                Thread.sleep(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
