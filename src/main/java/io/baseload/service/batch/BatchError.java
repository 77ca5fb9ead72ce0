package io.baseload.service.batch;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a batch's file.
 *
 * @param line counted from 1; null if it isn't about one
 */
record BatchError(
        @Nullable String code,
        @Nullable Integer line,
        String message,
        @Nullable String param) {}
