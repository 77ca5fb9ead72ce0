package io.baseload.engine.store;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.tensor.ElementType;
import java.util.List;

/**
 * What {@code model.json} says.
 *
 * @param source where the model came from
 * @param files what was copied beside the weights
 * @param weights all weights, in the order of {@code weights.bin}
 * @param bytes of {@code weights.bin}
 */
record ModelHeader(
        Source source, Quantization quantization, List<CopiedFile> files, List<StoredWeight> weights, long bytes) {
    static final String FORMAT = "baseload";
    static final int VERSION = 2;

    /** @param bytes of all its files */
    record Source(String format, long bytes, List<SourceTensor> tensors) {}

    /** A tensor as the source had it: families look at names and shapes to find out what a model is made of. */
    record SourceTensor(String name, ElementType type, List<Long> shape) {}

    record CopiedFile(String name, long bytes, String sha256) {}
}
