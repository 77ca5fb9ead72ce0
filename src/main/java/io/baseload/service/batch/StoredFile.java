package io.baseload.service.batch;

import java.time.Instant;
import java.util.List;

/** A file of a tenant. */
record StoredFile(
        String tenant, String id, String filename, String purpose, long bytes, Instant createdAt, Instant expiresAt) {
    /** The purpose of an upload. */
    static final String INPUT = "batch";
    /** The purpose of a file written by a batch. */
    static final String OUTPUT = "batch_output";

    static final List<String> PURPOSES = List.of(INPUT, OUTPUT);
}
