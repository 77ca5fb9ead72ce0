package io.baseload.service.batch;

import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.protocol.Value;
import io.baseload.service.web.Json;
import java.util.List;

/**
 * The request in a line of a batch's file: {@code {"custom_id": …, "method": "POST", "url": …, "body": {…}}}.
 *
 * @param customId the client's id of the line
 * @param body the request's body
 */
record LineRequest(String customId, byte[] body) {
    /** The largest size of a line in bytes, the same as for any other body. */
    static final int MAX_BYTES = 8 << 20;

    private static final int MAX_ID = 512;

    /**
     * @param endpoint the batch's endpoint
     * @throws io.baseload.chat.api.InvalidRequestException if the line is not a request for that endpoint
     * @throws io.baseload.service.web.ApiException if it is not JSON
     */
    static LineRequest parse(byte[] line, String endpoint) {
        return RequestContext.inTurn(line, fields -> of(fields, endpoint));
    }

    private static LineRequest of(Fields fields, String endpoint) {
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
