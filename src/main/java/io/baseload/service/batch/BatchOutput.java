package io.baseload.service.batch;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.BatchRows.Ending;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.SealException;
import io.baseload.service.encryption.SealingKey;
import io.baseload.service.web.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the results of a batch's lines into files, in the order of the lines: answers into one file, all others into another.
 *
 * <p>Invariant: everything is written or erased in a transaction that holds the batch. So a process that was late and has lost the batch changes nothing that another one writes
 * or has written.
 */
final class BatchOutput {
    /** The most lines in one transaction, so that it holds the batch for a short time. */
    private static final int MAX_LINES = 64;

    private static final String OUTPUT = "output";
    private static final String ERROR = "error";

    /** A transaction also ends once it has written this many bytes. */
    private static final int MAX_BYTES = 4 << 20;

    private final BatchRows rows;
    private final LineRows lines;
    private final FileStore files;
    private final Contents contents;
    private final AuditTrail audit;
    private final Duration ttl;

    /** @param ttl of files whose batch doesn't set one */
    BatchOutput(BatchRows rows, LineRows lines, FileStore files, Contents contents, AuditTrail audit, Duration ttl) {
        this.rows = rows;
        this.lines = lines;
        this.files = files;
        this.contents = contents;
        this.audit = audit;
        this.ttl = ttl;
    }

    /** Takes a batch that is over, so that no more of its lines are begun. */
    Optional<Ending> take(UUID instance) {
        return rows.takeEnded(instance).flatMap(batch -> files.holding(batch, instance, () -> finish(batch, instance)));
    }

    private Optional<Ending> finish(RequestBatch batch, UUID instance) {
        lines.abandon(batch);
        Optional<Ending> ending = rows.finish(batch);
        if (ending.isEmpty()) {
            rows.release(batch, instance); // a line was taken meanwhile
        }
        return ending;
    }

    /** @throws LostBatchException if the batch is no longer this process's */
    void write(Ending ending, UUID instance) {
        var writing = new Writing(ending, draft(ending, instance, OUTPUT), draft(ending, instance, ERROR));
        boolean more;
        do {
            more = files.holding(ending.batch(), instance, writing::next);
        } while (more);
        files.holding(ending.batch(), instance, () -> end(writing, instance));
    }

    private FileDraft draft(Ending ending, UUID instance, String which) {
        RequestBatch batch = ending.batch();
        return files.beginOutput(batch, instance, id(batch, which), batch.id() + "_" + which + ".jsonl", ttl(batch));
    }

    private Duration ttl(RequestBatch batch) {
        return batch.outputTtl().orElse(ttl);
    }

    private void end(Writing writing, UUID instance) {
        RequestBatch batch = writing.ending.batch();
        LineRows.Totals totals = lines.totals(batch);
        boolean failed = !writing.problems.isEmpty();
        var end = new BatchEnd(
                failed ? BatchStatus.FAILED : writing.ending.last(),
                totals.counts(),
                totals.tokens(),
                finished(batch, writing.output),
                finished(batch, writing.errors),
                failed ? Optional.of(sealed(batch, writing.problems)) : Optional.empty());
        end(batch, instance, end);
    }

    /**
     * Ends a batch that can't be continued, without files; unless it was cancelled while its file was read.
     *
     * @throws LostBatchException if the batch is no longer this process'
     */
    void fail(RequestBatch batch, UUID instance, List<BatchError> errors) {
        byte[] sealed = sealed(batch, errors);
        files.holding(batch, instance, () -> {
            files.discard(batch.tenant(), id(batch, OUTPUT));
            files.discard(batch.tenant(), id(batch, ERROR));
            if (!batch.isRunning()) {
                lines.delete(batch); // those that were found before its file turned out to be wrong
            }
            end(batch, instance, BatchEnd.failed(lines.totals(batch), sealed));
        });
    }

    private byte[] sealed(RequestBatch batch, List<BatchError> errors) {
        String purpose = RequestBatch.purpose(batch.tenant(), batch.id(), "errors");
        return contents.key(batch.tenant()).seal(Json.bytes(errors), purpose);
    }

    private void end(RequestBatch batch, UUID instance, BatchEnd end) {
        lines.delete(batch);
        if (rows.end(batch, instance, end)) {
            audit.recordAdmin(Actor.SYSTEM, "admin.batch.end", batch.subject(), end.detail());
        } else {
            rows.release(batch, instance);
        }
    }

    /** The same for each batch, so that a process that starts anew replaces earlier files. */
    private static String id(RequestBatch batch, String which) {
        byte[] name = (batch.id() + "/" + which).getBytes(StandardCharsets.UTF_8);
        return "file-" + UUID.nameUUIDFromBytes(name).toString().replace("-", "");
    }

    private Optional<String> finished(RequestBatch batch, FileDraft draft) {
        if (draft.bytes() == 0) {
            files.discard(draft);
            return Optional.empty();
        }
        return Optional.of(
                files.finish(Actor.SYSTEM, draft, Optional.of(ttl(batch))).id());
    }

    /** The files of a batch while they are written. A line that can't be read doesn't keep the others out of its file. */
    private final class Writing {
        private final Ending ending;
        private final FileDraft output;
        private final FileDraft errors;
        private final SealingKey key;
        private final List<BatchError> problems = new ArrayList<>();
        private FileStore.@Nullable Parts input; // needed for lines that were not run
        private int last;

        Writing(Ending ending, FileDraft output, FileDraft errors) {
            this.ending = ending;
            this.output = output;
            this.errors = errors;
            this.key = contents.key(ending.batch().tenant());
        }

        private long bytes() {
            return output.bytes() + errors.bytes();
        }

        /** Writes some lines, each read alone because a result may be large. False if there are no more. */
        boolean next() {
            long before = bytes();
            for (int i = 0; i < MAX_LINES && bytes() - before < MAX_BYTES; i++) {
                var next = lines.results(ending.batch(), last, 1);
                if (next.isEmpty()) {
                    output.close();
                    errors.close();
                    return false;
                }
                write(next.getFirst());
            }
            return true;
        }

        private void write(LineRows.Result result) {
            try {
                byte[] text = text(result);
                FileDraft file = result.state().equals(LineRows.COMPLETED) ? output : errors;
                file.write(text, 0, text.length);
                file.write('\n');
            } catch (UnreadableException e) {
                if (problems.size() < BatchError.MAX_COUNT) {
                    problems.add(BatchError.unreadable(result.line(), e));
                }
            }
            last = result.line();
        }

        private byte[] text(LineRows.Result result) {
            byte[] sealed = result.result();
            if (sealed == null) {
                return Json.bytes(notRun(result));
            }
            try {
                return key.open(sealed, LineRunner.purpose(ending.batch(), result.line()));
            } catch (SealException e) {
                throw new UnreadableException("The result of the line can't be opened.", e);
            }
        }

        private LineBody notRun(LineRows.Result result) {
            RequestBatch batch = ending.batch();
            if (input == null) {
                input = files.parts(files.input(batch));
            }
            byte[] text = input.read(result.place(), result.length());
            String id = BatchLine.id(batch.id(), result.line());
            if (LineRequest.isBlank(text)) {
                return LineBody.erased(id);
            }
            if (result.state().equals(LineRows.FAILED)) {
                throw new UnreadableException("The line could not be read when it should have been run.", null);
            }
            LineRequest request = LineRequest.parse(text, batch.endpoint());
            return switch (ending.last()) {
                case CANCELLED ->
                    LineBody.notRun(
                            id, request, "batch_cancelled", "The batch was cancelled before this request was run.");
                case EXPIRED ->
                    LineBody.notRun(
                            id,
                            request,
                            "batch_expired",
                            "This request could not be run before the completion window ended.");
                default ->
                    LineBody.notRun(
                            id,
                            request,
                            "output_limit_exceeded",
                            "The results of the batch reached the maximum size before this request was run.");
            };
        }
    }
}
