package io.baseload.service.batch;

import io.baseload.service.inference.EndUser;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.protocol.Value;
import io.baseload.service.web.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The request in a line of a batch's file: {@code {"custom_id": …, "method": "POST", "url": …, "body": {…}}}.
 *
 * @param customId the client's id of the line
 * @param endUser for whom it is, as far as its body names somebody
 * @param body the request's body
 */
record LineRequest(String customId, EndUser endUser, byte[] body) {
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
        var endUser = new EndUser(name(body.node(), "user"), name(body.node(), "safety_identifier"));
        return new LineRequest(customId, endUser, Json.bytes(body.node()));
    }

    /** Of a request that its route will refuse, it may be anything. */
    private static Optional<String> name(JsonNode body, String field) {
        return Optional.of(body.path(field))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .filter(name -> name.length() <= MAX_ID);
    }

    /** Whether it is ignored: an empty line, or one that was erased. */
    static boolean isBlank(byte[] line) {
        for (byte one : line) {
            if (one != ' ' && one != '\t' && one != '\r') {
                return false;
            }
        }
        return true;
    }
}
