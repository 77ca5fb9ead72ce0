package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A file mapped into memory, read-only. */
record MappedFile(Path path, MemorySegment bytes) {

    ModelFileException refuse(long at, String problem) {
        return new ModelFileException(path, at, problem);
    }

    long size() {
        return bytes.byteSize();
    }

    boolean startsWith(byte... magic) {
        return size() >= magic.length && bytes.asSlice(0, magic.length).mismatch(MemorySegment.ofArray(magic)) < 0;
    }
}
