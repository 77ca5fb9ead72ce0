package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.service.inference.EndUser;
import io.baseload.service.inference.InferenceRequest;
import java.util.List;
import java.util.Optional;

/** Fields of a request besides its input: the model, the end user, the urgency. */
public final class RequestFields {
    private static final int MAX_MODEL_NAME = 256;
    private static final int MAX_CACHE_SALT = 256;
    /** For {@code user} and {@code safety_identifier}, which the audit trail keeps. */
    private static final int MAX_END_USER = 512;

    private static final int MAX_METADATA_PAIRS = 16;
    private static final String BATCH_TIER = "flex";
    private static final List<String> EFFORTS = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    private RequestFields() {}

    /** The parts of a model request that all of OpenAI's routes read in the same way. */
    public static InferenceRequest request(Fields fields, String model, CompletionRequest completion) {
        return new InferenceRequest(
                model, completion, urgency(fields), cacheSalt(fields), endUser(fields), Optional.empty());
    }

    public static String model(Fields fields) {
        return limited(fields.require("model"), 1, MAX_MODEL_NAME);
    }

    /** The tier {@code flex} marks background requests; others have no effect here. */
    public static Urgency urgency(Fields fields) {
        boolean batch = fields.find("service_tier").map(Value::text).equals(Optional.of(BATCH_TIER));
        return batch ? Urgency.BATCH : Urgency.INTERACTIVE;
    }

    public static String cacheSalt(Fields fields) {
        var salt = fields.find("cache_salt").map(Value::nonEmptyText).orElse("");
        if (salt.length() > MAX_CACHE_SALT) {
            throw Invalid.value("cache_salt", "expected at most " + MAX_CACHE_SALT + " characters.");
        }
        return salt;
    }

    /** From the OpenAI API's fields. Stored in the audit trail unchanged. */
    public static EndUser endUser(Fields fields) {
        return new EndUser(
                fields.find("user").map(RequestFields::endUser),
                fields.find("safety_identifier").map(RequestFields::endUser));
    }

    /** One name of an end user. */
    public static String endUser(Value name) {
        return limited(name, 0, MAX_END_USER);
    }

    private static String limited(Value value, int min, int max) {
        String text = min > 0 ? value.nonEmptyText() : value.text();
        if (text.length() > max || text.chars().anyMatch(Character::isISOControl)) {
            throw Invalid.value(
                    value.path(), "expected at most " + max + " characters, none of them a control character.");
        }
        return text;
    }

    /** The reasoning effort, with the OpenAI API's names. */
    public static String effort(Value effort) {
        return effort.oneOf(EFFORTS);
    }

    /** Pairs of names and texts: they have no effect here, but must be well formed. */
    public static void checkMetadata(Value value) {
        Fields pairs = value.fields();
        if (pairs.names().size() > MAX_METADATA_PAIRS) {
            throw Invalid.value(value.path(), "expected at most " + MAX_METADATA_PAIRS + " pairs.");
        }
        pairs.names().forEach(name -> pairs.require(name).text());
    }
}
