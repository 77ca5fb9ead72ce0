package io.baseload.engine.api;

import java.util.List;

/**
 * The sizes of a model with its weights in a given format, for capacity planning. No weights are read for it.
 *
 * @param layers by the number of tokens that they see
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads heads of keys and values that the cache holds; 1 where all heads share a latent vector
 * @param keyDim width of a head's key in the cache
 * @param valueDim width of a head's value in the cache
 * @param valuesInKeys whether a head's value is the end of its key and is stored only there
 * @param experts of each mixture of experts; 0 if there is none
 * @param chosen experts that a token goes to
 * @param matrices all matrices, grouped by format and use
 * @param vectorBytes size of norms and biases
 * @param kvBytesPerToken size of a token in the KV cache, all layers together
 * @param attendedBytesPerToken its keys and values, without states such as a filter's
 * @param promptRows the most rows of prompts in a step
 * @param barriers number of barriers in a decode step of one sequence
 * @param allReduces sums over all shards that a step would need if the weights were cut: after the attention, the filter and the feed-forward part of each layer
 */
public record ModelOutline(
        String architecture,
        String name,
        int contextLength,
        int vocabulary,
        List<Layers> layers,
        int hidden,
        int heads,
        int kvHeads,
        int keyDim,
        int valueDim,
        boolean valuesInKeys,
        int experts,
        int chosen,
        List<Matrices> matrices,
        long vectorBytes,
        long kvBytesPerToken,
        long attendedBytesPerToken,
        int promptRows,
        int barriers,
        int allReduces) {

    /** The rows of a step that are multiplied by a matrix. */
    public enum Use {
        /** None: each looks up a row of the matrix. */
        LOOKED_UP,
        /** All rows. */
        SHARED,
        /** The rows for which the router chooses it. */
        EXPERT
    }

    /**
     * Matrices of one size.
     *
     * @param codes format of a weight: {@code nf4}, {@code u4}, {@code i8}, {@code bf16} …
     * @param block weights of a row that share a scale; 1 for plain numbers
     * @param scales format of a scale: {@code f16}, {@code linear8} …, or {@code none}
     * @param head whether it computes logits, so that only rows whose logits are needed are multiplied by it
     * @param count number of matrices
     * @param rows outputs of each
     * @param cols inputs of each
     * @param codeBytes size of all codes
     * @param scaleBytes size of all scales, including minimums and the padding of panels
     */
    public record Matrices(
            Use use,
            boolean head,
            String codes,
            int block,
            String scales,
            long count,
            int rows,
            int cols,
            long codeBytes,
            long scaleBytes) {
        public long weights() {
            return count * rows * cols;
        }

        public long bytes() {
            return codeBytes + scaleBytes;
        }
    }

    /**
     * Layers that see the same tokens.
     *
     * @param window number of tokens that a token sees, including itself; 0 for all before it
     */
    public record Layers(int count, int window) {
        private long mostSeen() {
            return window == 0 ? Long.MAX_VALUE : window;
        }

        /** Number of tokens that the last of {@code tokens} sees, on average of all layers. */
        static double seen(List<Layers> layers, double tokens) {
            double seen = 0;
            int all = 0;
            for (Layers some : layers) {
                seen += some.count * Math.min(tokens, (double) some.mostSeen());
                all += some.count;
            }
            return seen / all;
        }

        /** 1 + 2 + 3 + …, and no more than the window. */
        private long seenByAll(long tokens) {
            long most = Math.min(tokens, mostSeen());
            return most * (most + 1) / 2 + (tokens - most) * most;
        }
    }

    public ModelOutline {
        layers = List.copyOf(layers);
        matrices = List.copyOf(matrices);
    }

    public int layerCount() {
        return layers.stream().mapToInt(Layers::count).sum();
    }

    /** Number of tokens that the last of {@code tokens} sees, on average of all layers. */
    public double seen(long tokens) {
        return Layers.seen(layers, (double) tokens);
    }

    /** The sum of {@link #seen} for the first token, the first two, and so on until {@code tokens}. */
    public double seenByAll(long tokens) {
        return layers.stream()
                        .mapToDouble(some -> (double) some.count * some.seenByAll(tokens))
                        .sum()
                / layerCount();
    }

    public long parameters() {
        return matrices.stream().mapToLong(Matrices::weights).sum() + vectorBytes / Float.BYTES;
    }

    /** Number of query heads that share a head of keys and values. */
    public int group() {
        return heads / kvHeads;
    }

    /** All weights, scales included. */
    public long weightBytes() {
        return matrices.stream().mapToLong(Matrices::bytes).sum() + vectorBytes;
    }

    /** Matrices of a use, scales included. */
    public long bytes(Use use) {
        return matrices.stream()
                .filter(some -> some.use == use)
                .mapToLong(Matrices::bytes)
                .sum();
    }

    public long scaleBytes() {
        return matrices.stream().mapToLong(Matrices::scaleBytes).sum();
    }

    /** The expected fraction of experts that at least one of {@code rows} rows chooses, if all are equally likely. */
    public double chosenPart(int rows) {
        return experts == 0 ? 0 : 1 - Math.pow(1 - (double) chosen / experts, rows);
    }

    /** The fraction of these matrices that a step of {@code rows} rows reads. */
    public double readPart(Matrices some, int rows) {
        return switch (some.use) {
            case LOOKED_UP -> 0;
            case SHARED -> 1;
            case EXPERT -> chosenPart(rows);
        };
    }
}
