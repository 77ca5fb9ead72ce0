package io.baseload.service.quota;

import java.util.UUID;

/** A reservation whose holder is gone, settled with its prompt and the tokens it last told of. */
public record Lost(
        UUID id,
        String tenant,
        String keyPrefix,
        String model,
        String requestId,
        long promptTokens,
        long completionTokens,
        long milliseconds) {}
