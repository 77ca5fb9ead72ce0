package io.baseload.service.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Requests of a file that nobody waits for.
 *
 * @param endpoint the route that all lines ask
 * @param keyPrefix the key that it was made with, whose rights each line has
 * @param address of the client that made it
 * @param sealedMetadata what the client wants to remember, as JSON
 * @param sealedErrors what is wrong with its file, as JSON
 * @param expiresAt what has not run by then doesn't
 * @param outputTtl how long the files live that it writes; empty = as long as ended batches
 * @param tokens of all lines that were answered; empty where they were not counted
 * @param reached when it came to each status, in seconds
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
    /** Lines: all, those that were answered, those that were refused or failed. */
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

    /** Whether its lines say how far it is. */
    boolean isRunning() {
        return status == BatchStatus.IN_PROGRESS
                || status == BatchStatus.FINALIZING
                || status == BatchStatus.CANCELLING;
    }

    RequestBatch with(LineRows.Totals totals) {
        return new RequestBatch(
                tenant,
                id,
                inputFile,
                endpoint,
                completionWindow,
                status,
                keyPrefix,
                address,
                sealedMetadata,
                sealedErrors,
                createdAt,
                expiresAt,
                outputTtl,
                outputFile,
                errorFile,
                totals.counts(),
                Optional.of(totals.tokens()),
                reached);
    }

    /** What a part of a batch is sealed for. */
    static String purpose(String tenant, String id, String part) {
        return "batch/" + tenant + "/" + id + "/" + part;
    }
}
