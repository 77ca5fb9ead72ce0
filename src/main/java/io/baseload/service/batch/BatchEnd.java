package io.baseload.service.batch;

import io.baseload.service.batch.RequestBatch.Counts;
import java.util.Map;
import java.util.Optional;

/**
 * The end of a batch.
 *
 * @param sealedErrors why it failed, as JSON
 */
record BatchEnd(
        BatchStatus status,
        Counts counts,
        TokenTotals tokens,
        Optional<String> outputFile,
        Optional<String> errorFile,
        Optional<byte[]> sealedErrors) {
    static BatchEnd failed(LineRows.Totals totals, byte[] sealedErrors) {
        return new BatchEnd(
                BatchStatus.FAILED,
                totals.counts(),
                totals.tokens(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(sealedErrors));
    }

    /** For the trail. */
    Map<String, Object> detail() {
        return Map.of(
                "status", status.wire(),
                "total", counts.total(),
                "completed", counts.completed(),
                "failed", counts.failed());
    }
}
