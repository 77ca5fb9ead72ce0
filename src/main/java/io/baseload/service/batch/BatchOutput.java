package io.baseload.service.batch;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.BatchRows.Ending;
import io.baseload.service.batch.RequestBatch.Counts;
import io.baseload.service.contents.Contents;
import io.baseload.service.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes what came of a batch's lines into files, in the order of the lines: those that were answered into one, all others into another.
 *
 * <p>Invariant: whatever is written or erased is written or erased in a transaction that holds the batch. So a process that was late and has lost the batch changes nothing that another one writes or
 * has written.
 */
final class BatchOutput {
    /** Lines that one transaction writes at most, so that it holds the batch for a short time. */
    private static final int LINES_AT_ONCE = 64;

    /** It ends earlier once it has written so many bytes. */
    private static final int BYTES_AT_ONCE = 4 << 20;

    private final BatchRows rows;
    private final LineRows lines;
    private final FileStore files;
    private final Contents contents;
    private final AuditTrail audit;

    BatchOutput(BatchRows rows, LineRows lines, FileStore files, Contents contents, AuditTrail audit) {
        this.rows = rows;
        this.lines = lines;
        this.files = files;
        this.contents = contents;
        this.audit = audit;
    }

    /** Takes a batch that is over, so that none of its lines is begun any more. */
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

    /** @throws IllegalStateException if the batch is no longer this process' */
    void write(Ending ending, UUID instance) {
        RequestBatch batch = ending.batch();
        var writing = new Writing(
                ending,
                files.beginOutput(batch, instance, id(batch, "output"), batch.id() + "_output.jsonl"),
                files.beginOutput(batch, instance, id(batch, "error"), batch.id() + "_error.jsonl"));
        boolean more;
        do {
            more = files.holding(batch, instance, writing::next);
        } while (more);
        files.holding(batch, instance, () -> end(writing, instance));
    }

    private void end(Writing writing, UUID instance) {
        Ending ending = writing.ending;
        RequestBatch batch = ending.batch();
        Counts counts = writing.counts();
        var outputFile = finished(batch, writing.output);
        var errorFile = finished(batch, writing.errors);
        if (!rows.end(ending, instance, counts, outputFile, errorFile)) {
            throw new IllegalStateException(batch.id() + " has ended");
        }
        lines.delete(batch);
        audit.recordAdmin(
                Actor.SYSTEM,
                "admin.batch.end",
                batch.subject(),
                Map.of(
                        "status", ending.last().wire(),
                        "total", counts.total(),
                        "completed", counts.completed(),
                        "failed", counts.failed()));
    }

    /** Of each batch the same, so that whoever begins anew replaces what there is. */
    private static String id(RequestBatch batch, String which) {
        byte[] name = (batch.id() + "/" + which).getBytes(StandardCharsets.UTF_8);
        return "file-" + UUID.nameUUIDFromBytes(name).toString().replace("-", "");
    }

    private Optional<String> finished(RequestBatch batch, FileDraft draft) {
        if (draft.bytes() == 0) {
            files.discard(draft);
            return Optional.empty();
        }
        return Optional.of(files.finish(Actor.SYSTEM, draft, batch.outputTtl()).id());
    }

    /** The files of a batch as they are written. */
    private final class Writing {
        private final Ending ending;
        private final FileDraft output;
        private final FileDraft errors;
        private int total;
        private int completed;
        private int failed;
        private int last;

        Writing(Ending ending, FileDraft output, FileDraft errors) {
            this.ending = ending;
            this.output = output;
            this.errors = errors;
        }

        Counts counts() {
            return new Counts(total, completed, failed);
        }

        private long bytes() {
            return output.bytes() + errors.bytes();
        }

        /** Writes some lines, each read alone because a result may be large. False if there are no more. */
        boolean next() {
            long before = bytes();
            for (int i = 0; i < LINES_AT_ONCE && bytes() - before < BYTES_AT_ONCE; i++) {
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
            RequestBatch batch = ending.batch();
            boolean answered = result.state().equals("completed");
            byte[] text = result.result() == null
                    ? Json.bytes(notRun(ending, result))
                    : contents.key(batch.tenant()).open(result.result(), LineRunner.purpose(batch, result.line()));
            FileDraft file = answered ? output : errors;
            file.write(text, 0, text.length);
            file.write('\n');
            completed += answered ? 1 : 0;
            failed += result.state().equals("failed") ? 1 : 0;
            total++;
            last = result.line();
        }
    }

    private LineBody notRun(Ending ending, LineRows.Result result) {
        RequestBatch batch = ending.batch();
        byte[] text = files.read(files.input(batch), result.place(), result.length());
        String customId = LineRequest.parse(text, batch.endpoint()).customId();
        String id = BatchLine.id(batch.id(), result.line());
        return ending.last() == BatchStatus.CANCELLED
                ? LineBody.notRun(
                        id, customId, "batch_cancelled", "The batch was cancelled before this request was run.")
                : LineBody.notRun(
                        id,
                        customId,
                        "batch_expired",
                        "This request could not be run before the completion window was over.");
    }
}
