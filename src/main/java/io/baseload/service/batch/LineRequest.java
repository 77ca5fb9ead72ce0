package io.baseload.service.batch;

import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import io.baseload.service.web.Json;
import java.util.List;

/**
 * What a line of a batch's file asks: {@code {"custom_id": …, "method": "POST", "url": …, "body": {…}}}.
 *
 * @param customId by which the client knows the line
 * @param body of the request
 */
record LineRequest(String customId, byte[] body) {
    /** Bytes that a line may have: as many as any other body. */
    static final int MAX_BYTES = 8 << 20;

    private static final int MAX_ID = 512;

    /**
     * @param endpoint that the batch is for
     * @throws io.baseload.chat.api.InvalidRequestException if the line is no request for it
     * @throws io.baseload.service.web.ApiException if it is no JSON
     */
    static LineRequest parse(byte[] line, String endpoint) {
        Fields fields = Fields.of(line);
        Value id = fields.require("custom_id");
        String customId = id.nonEmptyText();
        if (customId.length() > MAX_ID) {
            throw Invalid.value(id.path(), "expected at most " + MAX_ID + " characters.");
        }
        fields.require("method").oneOf(List.of("POST"));
        fields.require("url").oneOf(List.of(endpoint));
        Value body = fields.require("body");
        body.fields().require("model").nonEmptyText();
        return new LineRequest(customId, Json.bytes(body.node()));
    }
}
