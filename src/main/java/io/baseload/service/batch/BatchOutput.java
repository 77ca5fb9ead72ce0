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
import org.springframework.transaction.support.TransactionOperations;

/** Writes what came of a batch's lines into files, in the order of the lines: those that were answered into one, all others into another. */
final class BatchOutput {
    private static final int LINES_AT_ONCE = 32;

    private final BatchRows rows;
    private final LineRows lines;
    private final FileStore files;
    private final Contents contents;
    private final TransactionOperations transactions;
    private final AuditTrail audit;

    BatchOutput(
            BatchRows rows,
            LineRows lines,
            FileStore files,
            Contents contents,
            TransactionOperations transactions,
            AuditTrail audit) {
        this.rows = rows;
        this.lines = lines;
        this.files = files;
        this.contents = contents;
        this.transactions = transactions;
        this.audit = audit;
    }

    void write(Ending ending, UUID instance) {
        RequestBatch batch = ending.batch();
        FileDraft output = files.beginOutput(batch, id(batch, "output"), batch.id() + "_output.jsonl");
        FileDraft errors = files.beginOutput(batch, id(batch, "error"), batch.id() + "_error.jsonl");
        Counts counts = write(ending, output, errors);
        boolean ended = Boolean.TRUE.equals(transactions.execute(status -> {
            var outputFile = finished(batch, output);
            var errorFile = finished(batch, errors);
            if (!rows.end(ending, instance, counts, outputFile, errorFile)) {
                status.setRollbackOnly();
                return false;
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
            return true;
        }));
        if (!ended) {
            throw new IllegalStateException(batch.id() + " was taken by another process");
        }
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

    private Counts write(Ending ending, FileDraft output, FileDraft errors) {
        RequestBatch batch = ending.batch();
        var key = contents.key(batch.tenant());
        int completed = 0;
        int failed = 0;
        int total = 0;
        int last = 0;
        for (var some = lines.results(batch, 0, LINES_AT_ONCE);
                !some.isEmpty();
                some = lines.results(batch, last, LINES_AT_ONCE)) {
            for (var result : some) {
                boolean answered = result.state().equals("completed");
                byte[] text = result.result() == null
                        ? Json.bytes(notRun(ending, result))
                        : key.open(result.result(), LineRunner.purpose(batch, result.line()));
                FileDraft file = answered ? output : errors;
                file.write(text, 0, text.length);
                file.write('\n');
                completed += answered ? 1 : 0;
                failed += result.state().equals("failed") ? 1 : 0;
                total++;
                last = result.line();
            }
        }
        output.close();
        errors.close();
        return new Counts(total, completed, failed);
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
