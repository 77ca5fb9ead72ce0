package io.baseload.service.batch;

import io.baseload.service.batch.BatchRows.Ending;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.encryption.SealException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the file of a batch before its lines run, and writes their results: for one batch at a time, while lines of any batch run.
 *
 * <p>Invariant: a batch whose files can't be read or written doesn't wait for ever, unless the reason is known to be temporary.
 */
final class FileWork {
    private static final Logger LOG = LoggerFactory.getLogger(FileWork.class);
    private static final Duration PAUSE = Duration.ofSeconds(30);

    /** How often the same batch may fail for a reason that is not known to be temporary. */
    private static final int MAX_FAILURES = 3;

    private final BatchRows batches;
    private final LineRows lines;
    private final FileStore files;
    private final BatchOutput output;
    private final int maxLines;
    private final AtomicReference<@Nullable RequestBatch> current = new AtomicReference<>();

    /** @param maxLines of one batch */
    FileWork(BatchRows batches, LineRows lines, FileStore files, BatchOutput output, int maxLines) {
        this.batches = batches;
        this.lines = lines;
        this.files = files;
        this.output = output;
        this.maxLines = maxLines;
    }

    /** The current batch. */
    Optional<RequestBatch> current() {
        return Optional.ofNullable(current.get());
    }

    /**
     * Starts on a batch, unless there is a current one, or none to work on.
     *
     * @param instance in whose name the batch is taken
     * @param then runs afterwards; the batch is no longer the current one, but may still be taken
     */
    void begin(UUID instance, Runnable then) {
        if (current.get() != null) {
            return;
        }
        Optional<Ending> ending = output.take(instance); // first, so that finished batches don't wait for new ones
        if (ending.isPresent()) {
            inBackground(ending.get().batch(), instance, () -> output.write(ending.get(), instance), then);
            return;
        }
        batches.takeUnread(instance)
                .ifPresent(batch -> inBackground(batch, instance, () -> read(batch, instance), then));
    }

    private void inBackground(RequestBatch batch, UUID instance, Runnable work, Runnable then) {
        current.set(batch);
        Thread.ofVirtual().name(batch.id()).start(() -> {
            try {
                work.run();
            } catch (LostBatchException e) {
                LOG.info("{}", e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.error("The files of {} can't be read or written", batch.id(), e);
                pauseOrFail(batch, instance, e);
            } finally {
                current.set(null);
                then.run();
            }
        });
    }

    /** Missing data stays missing. An unreachable database comes back, and another process may have the master key that this one lacks. Anything else is tried a few times. */
    private void pauseOrFail(RequestBatch batch, UUID instance, Throwable failure) {
        try {
            if (failure instanceof UnreadableException unreadable) {
                output.fail(batch, instance, List.of(BatchError.unreadable(null, unreadable)));
                return;
            }
            boolean passes = failure instanceof Error
                    || failure instanceof SealException
                    || DatabaseFailures.isUnavailable(failure);
            int failures = batches.pause(batch, PAUSE, passes ? 0 : 1);
            if (!passes && failures >= MAX_FAILURES) {
                String message = "The service failed " + failures + " times to read or write the files of this batch."
                        + " Its log has the details under " + batch.id() + ".";
                output.fail(batch, instance, List.of(new BatchError("server_error", null, message, null)));
            }
        } catch (RuntimeException e) {
            LOG.warn("{} continues at once: {}", batch.id(), e.toString());
        }
    }

    private void read(RequestBatch batch, UUID instance) {
        files.holding(batch, instance, () -> lines.delete(batch));
        var validation = new LineValidation(
                batch.endpoint(), maxLines, spans -> files.holding(batch, instance, () -> lines.insert(batch, spans)));
        try (var splitter = new LineSplitter(LineRequest.MAX_BYTES, validation)) {
            files.copy(files.input(batch), splitter);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<BatchError> errors = validation.end();
        if (errors.isEmpty()) {
            batches.begin(batch, instance, validation.total());
        } else {
            output.fail(batch, instance, errors);
        }
    }
}
