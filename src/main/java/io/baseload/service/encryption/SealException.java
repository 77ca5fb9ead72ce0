package io.baseload.service.encryption;

import org.jspecify.annotations.Nullable;

/** A text can't be encrypted or decrypted with the keys of this process. */
public final class SealException extends RuntimeException {
    public SealException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
