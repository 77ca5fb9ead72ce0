package io.baseload.engine.architecture;

import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.RowSource;
import java.util.List;

/**
 * gpt-oss's experts in a Hugging Face folder: one tensor for all experts of a layer, in which an expert's gates are the rows 0, 2, 4 … and its ups the rows 1, 3,
 * 5 …. As published they are MXFP4, {@code X_blocks} of {@code [experts, rows, columns / 32, 16]} and {@code X_scales} of {@code [experts, rows, columns / 32]}
 * bytes; else plain numbers, transposed: {@code [experts, columns, rows]}.
 */
final class GptOssTensors {
    private static final String LAYER = "model.layers.#.mlp.";
    private static final int BLOCK = 32;

    private final int experts;
    private final String tensor;
    private final int step;
    private final int first;

    /**
     * Rows {@code first, first + step, …} of a tensor.
     *
     * @param tensor its name, without the ending
     */
    private GptOssTensors(int experts, String tensor, int step, int first) {
        this.experts = experts;
        this.tensor = tensor;
        this.step = step;
        this.first = first;
    }

    static TensorMap huggingFace(int experts) {
        TensorMap map = TensorNames.HUGGING_FACE
                .named("layers.#.feed_forward.router", LAYER + "router.weight")
                .named("layers.#.feed_forward.router.bias", LAYER + "router.bias");
        map = new GptOssTensors(experts, "gate_up_proj", 2, 0).addTo(map, "gate");
        map = new GptOssTensors(experts, "gate_up_proj", 2, 1).addTo(map, "up");
        return new GptOssTensors(experts, "down_proj", 1, 0).addTo(map, "down");
    }

    private TensorMap addTo(TensorMap map, String part) {
        String weight = "layers.#.feed_forward.experts.#." + part;
        return map.with(weight, this::weight).with(weight + ".bias", this::bias);
    }

    private RowSource weight(CheckpointTensors tensors, int[] indices, int rows, int cols) {
        String name = TensorMap.filled(LAYER + "experts." + tensor, indices);
        return tensors.has(name + "_blocks")
                ? mxfp4(tensors, name, indices[1], rows, cols)
                : plain(tensors, name, indices[1], rows, cols);
    }

    private RowSource mxfp4(CheckpointTensors tensors, String name, int expert, int rows, int cols) {
        int all = experts * step * rows;
        List<Long> shape = List.of((long) experts, (long) step * rows, (long) cols / BLOCK);
        StoredTensor scales = tensors.bytes(name + "_scales", shape);
        StoredTensor blocks = tensors.bytes(name + "_blocks", List.of(shape.get(0), shape.get(1), shape.get(2), 16L));
        if (cols % BLOCK != 0) {
            throw blocks.refuse("has rows of " + cols + " elements, which is not a multiple of " + BLOCK);
        }
        return every(RowSource.mxfp4(blocks.data(), scales.data(), all, cols), expert, rows);
    }

    private RowSource every(RowSource all, int expert, int rows) {
        int[] order = new int[rows];
        for (int i = 0; i < rows; i++) {
            order[i] = expert * rows * step + i * step + first;
        }
        return all.permuted(order);
    }

    private RowSource plain(CheckpointTensors tensors, String name, int expert, int rows, int cols) {
        StoredTensor all = tensors.tensor(name, List.of((long) experts, (long) cols, (long) step * rows));
        List<Long> strides = all.strides();
        long start = expert * strides.get(0) + first * strides.get(2);
        return all.view(start, List.of((long) rows, (long) cols), List.of(step * strides.get(2), strides.get(1)))
                .matrix();
    }

    private RowSource bias(CheckpointTensors tensors, int[] indices, int rows, int cols) {
        String name = TensorMap.filled(LAYER + "experts." + tensor + "_bias", indices);
        RowSource all = tensors.stacked(name, experts, step * rows, cols);
        return every(all, indices[1], rows);
    }
}
