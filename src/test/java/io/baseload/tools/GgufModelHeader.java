package io.baseload.tools;

import io.baseload.engine.tensor.ElementType;
import io.baseload.testing.GgufBytes;
import io.baseload.tools.RandomShape.Family;
import io.baseload.tools.RandomShape.Tensor;
import java.util.List;

/** All of a GGUF file that comes before its tensors' data. */
final class GgufModelHeader {
    /** The names of ggml's types by number; empty where a number has no weights. */
    private static final List<String> TYPES = List.of(
            "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K",
            "", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "", "", "", "", "",
            "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "", "", "", "MXFP4", "NVFP4", "Q1_0");

    private final GgufBytes out;

    GgufModelHeader(RandomShape shape, GgufVocabularyKeys vocabulary) {
        boolean mixture = shape.experts() > 0;
        String family = shape.family() == Family.QWEN3_MOE ? "qwen3moe" : "llama";
        out = GgufBytes.header(shape.tensors().size(), vocabulary.count() + (mixture ? 16 : 11))
                .key("general.architecture", family)
                .key("general.name", "random weights")
                .key(family + ".context_length", 131_072)
                .key(family + ".embedding_length", shape.hidden())
                .key(family + ".block_count", shape.layers())
                .key(family + ".feed_forward_length", shape.width())
                .key(family + ".attention.head_count", shape.heads())
                .key(family + ".attention.head_count_kv", shape.kvHeads())
                .key(family + ".rope.freq_base", 10_000f)
                .key(family + ".attention.layer_norm_rms_epsilon", 1e-5f)
                .key(family + ".vocab_size", shape.vocabulary());
        if (mixture) {
            out.key(family + ".expert_count", shape.experts())
                    .key(family + ".expert_used_count", shape.chosen())
                    .key(family + ".attention.key_length", shape.headDim())
                    .key(family + ".attention.value_length", shape.headDim())
                    .key(family + ".expert_feed_forward_length", shape.width());
        }
        out.raw(vocabulary.bytes());
    }

    /** @param offset of its data behind the header */
    void tensor(Tensor tensor, ElementType type, long offset) {
        int id = TYPES.indexOf(type.name());
        if (id < 0) {
            throw new IllegalArgumentException("GGUF has no type " + type);
        }
        long[] shape = tensor.shape().clone();
        for (int i = 0; i < shape.length / 2; i++) {
            long first = shape[i];
            shape[i] = shape[shape.length - 1 - i];
            shape[shape.length - 1 - i] = first;
        }
        out.tensor(tensor.name(), id, offset, shape);
    }

    byte[] bytes() {
        return out.data(0).bytes();
    }
}
