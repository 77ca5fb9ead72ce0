package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import java.util.Set;

/**
 * A shard of a model, or the whole model.
 *
 * @param weights weights of its heads and widths, and of its tokens of the vocabulary
 * @param packings those of the matrices by which a step multiplies
 * @param kv pages for keys and values of its heads
 * @param memory memory for its activations
 */
public record ModelShard(DecoderWeights weights, Set<Packing> packings, KvPages kv, NativeMemory memory) {
    /** Memory for quantized inputs of linear layers in steps of up to {@code rows} rows. */
    PromptRows promptRows(int rows, Kernels kernels) {
        long elements = DecoderWeights.promptElements(weights.config(), weights.widest(), rows);
        return PromptRows.allocate(memory, kernels.promptBytes(packings, elements));
    }
}
