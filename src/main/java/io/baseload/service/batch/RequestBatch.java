package io.baseload.service.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Requests of a file, run when nobody waits.
 *
 * @param endpoint the route of all lines
 * @param keyPrefix the key that created it; each line has its rights
 * @param address of the client that created it
 * @param sealedMetadata the client's own data, as JSON
 * @param sealedErrors the errors in its file, as JSON
 * @param expiresAt lines that have not started by then are not run
 * @param outputTtl the lifetime of its output files; empty = that of ended batches
 * @param tokens of all lines that were answered; empty where they were not counted
 * @param reached when it reached each status, in seconds
 */
record RequestBatch(
        String tenant,
        String id,
        String inputFile,
        String endpoint,
        String completionWindow,
        BatchStatus status,
        String keyPrefix,
        String address,
        Optional<byte[]> sealedMetadata,
        Optional<byte[]> sealedErrors,
        Instant createdAt,
        Instant expiresAt,
        Optional<Duration> outputTtl,
        Optional<String> outputFile,
        Optional<String> errorFile,
        Counts counts,
        Optional<TokenTotals> tokens,
        Map<String, Long> reached) {
    /** The number of lines: all, answered, and refused or failed. */
    record Counts(int total, int completed, int failed) {}

    OptionalLong reached(BatchStatus wanted) {
        Long at = reached.get(wanted.wire());
        return at == null ? OptionalLong.empty() : OptionalLong.of(at);
    }

    String subject() {
        return subject(tenant, id);
    }

    static String subject(String tenant, String id) {
        return "tenants/" + tenant + "/batches/" + id;
    }

    /** Whether its file was read and it has not ended. */
    boolean isRunning() {
        return status == BatchStatus.IN_PROGRESS
                || status == BatchStatus.FINALIZING
                || status == BatchStatus.CANCELLING;
    }

    /** The purpose for which a part of a batch is encrypted. */
    static String purpose(String tenant, String id, String part) {
        return "batch/" + tenant + "/" + id + "/" + part;
    }
}
