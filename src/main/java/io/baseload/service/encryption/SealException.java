package io.baseload.service.encryption;

import org.jspecify.annotations.Nullable;

/** Something can't be sealed, or what was sealed can't be opened, with the keys that this process has. */
public final class SealException extends RuntimeException {
    public SealException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
