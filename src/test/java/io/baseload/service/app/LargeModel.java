package io.baseload.service.app;

import io.baseload.testing.GgufBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A llama of zeros, 50 MB a layer, in a file that takes no room on the disk. */
final class LargeModel {
    private static final int HIDDEN = 64;
    private static final int WIDE = 1 << 16;
    private static final int TOKENS = 256;

    private final GgufBytes bytes;
    private long offset;

    private LargeModel(GgufBytes bytes) {
        this.bytes = bytes;
    }

    static void write(Path file, int layers) throws IOException {
        LargeModel model = new LargeModel(GgufBytes.header(3 + 9L * layers, 9));
        model.keys(layers);
        model.tensor("token_embd.weight", HIDDEN, TOKENS);
        model.tensor("output_norm.weight", HIDDEN);
        model.tensor("output.weight", HIDDEN, TOKENS);
        IntStream.range(0, layers).forEach(i -> model.layer("blk." + i + "."));
        model.bytes.data(0).write(file);
        try (var access = new RandomAccessFile(file.toFile(), "rw")) {
            access.setLength(Files.size(file) + model.offset);
        }
    }

    private void keys(int layers) {
        String[] tokens = IntStream.range(0, TOKENS).mapToObj(i -> "t" + i).toArray(String[]::new);
        bytes.key("general.architecture", "llama")
                .key("llama.context_length", 128)
                .key("llama.embedding_length", HIDDEN)
                .key("llama.block_count", layers)
                .key("llama.feed_forward_length", WIDE)
                .key("llama.attention.head_count", 1)
                .key("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.tokens", tokens);
    }

    private void layer(String prefix) {
        tensor(prefix + "attn_norm.weight", HIDDEN);
        for (String square : new String[] {"attn_q", "attn_k", "attn_v", "attn_output"}) {
            tensor(prefix + square + ".weight", HIDDEN, HIDDEN);
        }
        tensor(prefix + "ffn_norm.weight", HIDDEN);
        tensor(prefix + "ffn_gate.weight", HIDDEN, WIDE);
        tensor(prefix + "ffn_up.weight", HIDDEN, WIDE);
        tensor(prefix + "ffn_down.weight", WIDE, HIDDEN);
    }

    private void tensor(String name, long... shape) {
        bytes.tensor(name, 0, offset, shape);
        offset += Float.BYTES * LongStream.of(shape).reduce(1, (a, b) -> a * b);
    }
}
