package io.baseload.service.batch;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An error in a batch or its file. Its texts may quote the file, so they are cut.
 *
 * @param line counted from 1; null if it isn't about one
 */
record BatchError(
        @Nullable String code,
        @Nullable Integer line,
        String message,
        @Nullable String param) {
    /** Of one batch. */
    static final int MAX_COUNT = 100;

    private static final int MAX_LENGTH = 200;

    BatchError {
        message = cut(message);
        param = param == null ? null : cut(param);
    }

    static BatchError unreadable(@Nullable Integer line, UnreadableException e) {
        return new BatchError("unreadable", line, String.valueOf(e.getMessage()), null);
    }

    private static String cut(String text) {
        if (text.length() <= MAX_LENGTH) {
            return text;
        }
        // through bytes, because the cut may leave half of a surrogate pair
        byte[] begin = text.substring(0, MAX_LENGTH - 1).getBytes(StandardCharsets.UTF_8);
        return new String(begin, StandardCharsets.UTF_8) + "…";
    }
}
