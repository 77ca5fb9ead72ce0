package io.baseload.engine.store;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.tensor.ElementType;
import java.util.List;

/**
 * The content of {@code model.json}.
 *
 * @param source the model's origin
 * @param files the copied files
 * @param weights all weights, in the order of {@code weights.bin}
 * @param bytes size of {@code weights.bin}
 */
record ModelHeader(
        Source source, Quantization quantization, List<CopiedFile> files, List<StoredWeight> weights, long bytes) {
    static final String FORMAT = "baseload";
    static final int VERSION = 2;

    /** @param bytes total size of its files */
    record Source(String format, long bytes, List<SourceTensor> tensors) {}

    /** A tensor of the source. Families read names and shapes to recognize a model's parts. */
    record SourceTensor(String name, ElementType type, List<Long> shape) {}

    record CopiedFile(String name, long bytes, String sha256) {}
}
