package io.baseload.engine.store;

import java.io.IOException;
import java.nio.file.Path;

/** The store's folder can't be written or read: disk full, a size limit, missing rights. Not an error of the model file. */
public final class ModelStoreException extends RuntimeException {
    ModelStoreException(Path folder, String act, IOException cause) {
        super("the model store " + folder + " can't " + act + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
