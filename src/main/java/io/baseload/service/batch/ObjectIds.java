package io.baseload.service.batch;

import io.baseload.service.protocol.Invalid;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ids of files and batches in parameters and fields. The database is not asked for anything that can't be an id, because it refuses the character 0. In a path that character
 * never gets this far.
 */
final class ObjectIds {
    private static final Pattern POSSIBLE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private ObjectIds() {}

    /** @throws io.baseload.chat.api.InvalidRequestException if it can't be one */
    static String require(String param, String id) {
        if (!POSSIBLE.matcher(id).matches()) {
            throw Invalid.value(param, "expected an id of at most 64 letters, digits, '-' and '_'.");
        }
        return id;
    }

    /** The id after which a page begins; null = from the start. */
    static @Nullable String after(@Nullable String id) {
        return id == null ? null : require("after", id);
    }
}
