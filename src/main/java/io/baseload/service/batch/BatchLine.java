package io.baseload.service.batch;

/**
 * A line of a batch.
 *
 * @param line counted from 1
 * @param place offset of its first byte in the input file
 * @param length its length in bytes
 * @param attempts number of times that it was begun
 */
record BatchLine(String tenant, String batch, int line, long place, int length, int attempts) {
    /** Its name in the files that the batch writes. */
    String id() {
        return id(batch, line);
    }

    static String id(String batch, int line) {
        return batch.replaceFirst("^batch_", "batch_req_") + "_" + line;
    }

    /** Its name in the audit trail, which differs for each attempt. */
    String requestId() {
        return id() + "_" + attempts;
    }
}
