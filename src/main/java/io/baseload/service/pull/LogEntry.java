package io.baseload.service.pull;

import io.baseload.service.pull.TrustedRoot.Log;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An entry of a log of signatures (Rekor), with the proof that it is in the log. A log of the first version also signs when it took the entry in; one of the second version leaves
 * the time to timestamp authorities.
 *
 * @param body the entry itself, JSON
 * @param index in the whole log, which may consist of several trees
 * @param place in its tree
 */
record LogEntry(
        byte[] body,
        byte[] log,
        long index,
        long seconds,
        byte[] promise,
        String checkpoint,
        long place,
        List<byte[]> path) {
    private static final int MAX_PATH = 64;

    /** @throws IllegalArgumentException if it has another form */
    static LogEntry of(JsonNode entry) {
        JsonNode proof = entry.path("inclusionProof");
        var path = new ArrayList<byte[]>();
        for (JsonNode hash : proof.path("hashes")) {
            path.add(base64(hash));
        }
        if (path.size() > MAX_PATH) {
            throw new IllegalArgumentException("a proof that is too long");
        }
        return new LogEntry(
                base64(entry.path("canonicalizedBody")),
                base64(entry.path("logId").path("keyId")),
                number(entry.path("logIndex")),
                number(entry.path("integratedTime")),
                base64(entry.path("inclusionPromise").path("signedEntryTimestamp")),
                proof.path("checkpoint").path("envelope").asString(""),
                number(proof.path("logIndex")),
                path);
    }

    private static byte[] base64(JsonNode text) {
        return Base64.getDecoder().decode(text.asString(""));
    }

    /** A whole number, which may be written as a text. */
    private static long number(JsonNode number) {
        return Long.parseLong(number.asString("0"));
    }

    /**
     * Finds its log, and checks that it is there.
     *
     * @throws PullException if it is not
     */
    Log verify(List<Log> logs) {
        Log own = logs.stream()
                .filter(one -> one.isNamed(log))
                .findFirst()
                .orElseThrow(() -> new PullException(
                        "The signature is recorded in a log that is not among the tlogs of trusted_root.json."));
        LogCheckpoint tree;
        try {
            tree = LogCheckpoint.of(checkpoint, own);
        } catch (IllegalArgumentException e) {
            throw new PullException("The signature comes with a checkpoint that its log has not signed.", e);
        }
        if (!tree.includes(body, place, path)) {
            throw new PullException("The signature comes with a proof that does not lead to its log's checkpoint.");
        }
        return own;
    }

    /**
     * When the log took it in, if it promises that.
     *
     * @throws PullException if the promise is not by the log
     */
    Optional<Instant> time(Log own) {
        if (promise.length == 0) {
            return Optional.empty();
        }
        // canonical JSON (RFC 8785), whose fields are in the order of their names
        String promised = "{\"body\":\"%s\",\"integratedTime\":%d,\"logID\":\"%s\",\"logIndex\":%d}"
                .formatted(
                        Base64.getEncoder().encodeToString(body),
                        seconds,
                        HexFormat.of().formatHex(log),
                        index);
        if (!own.key().hasSigned(promised.getBytes(StandardCharsets.UTF_8), promise)) {
            throw new PullException("The signature comes with a time that its log has not signed.");
        }
        return Optional.of(Instant.ofEpochSecond(seconds));
    }
}
