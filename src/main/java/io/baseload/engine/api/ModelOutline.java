package io.baseload.engine.api;

import java.util.List;

/**
 * What a model is made of, with its weights in one form: what a capacity plan needs to know, found out without a weight.
 *
 * @param layers how many there are
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads heads of keys and values that the cache holds; 1 where all heads share a latent vector
 * @param keyDim width of a head's key in the cache
 * @param valueDim width of a head's value in the cache
 * @param experts of each mixture of experts; 0 where there is none
 * @param chosen experts that a token goes to
 * @param matrices all of them, those of one form and use together
 * @param vectorBytes norms and biases
 * @param kvBytesPerToken that the KV cache keeps in all layers
 * @param working what a step computes in
 * @param barriers that a decode step of one sequence passes
 * @param allReduces sums over all shards that a step would need if its weights were cut: behind attention, filter and feed-forward layer of each layer
 */
public record ModelOutline(
        String architecture,
        String name,
        int contextLength,
        int vocabulary,
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int keyDim,
        int valueDim,
        int experts,
        int chosen,
        List<Matrices> matrices,
        long vectorBytes,
        long kvBytesPerToken,
        Working working,
        int barriers,
        int allReduces) {

    /** Which rows of a step go through a matrix. */
    public enum Use {
        /** A row looks up one of its rows. */
        LOOKED_UP,
        /** All rows. */
        SHARED,
        /** Those whose router chooses it. */
        EXPERT
    }

    /**
     * Matrices of one size.
     *
     * @param codes what a weight is kept as: {@code nf4}, {@code u4}, {@code i8}, {@code bf16} …
     * @param block weights of a row that share a scale; 1 for plain numbers
     * @param scales what a scale is kept as: {@code f16}, {@code linear8} …, or {@code none}
     * @param head whether logits are made with it, which only rows that want them go through
     * @param count how many there are
     * @param rows outputs of each
     * @param cols inputs of each
     * @param codeBytes of all of them
     * @param scaleBytes of all of them, minimums and the padding of panels included
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
     * Memory beside weights and cache.
     *
     * @param workerBytes for each worker
     * @param rowBytes of activations for each row that a step may have
     * @param logitsBytes for each sequence
     * @param promptRows rows of prompts that a step computes at most
     */
    public record Working(long workerBytes, long rowBytes, long logitsBytes, int promptRows) {
        public long bytes(int workers, int sequences) {
            return workers * workerBytes + (promptRows + sequences) * rowBytes + sequences * logitsBytes;
        }
    }

    public ModelOutline {
        matrices = List.copyOf(matrices);
    }

    public long parameters() {
        return matrices.stream().mapToLong(Matrices::weights).sum() + vectorBytes / Float.BYTES;
    }

    /** Query heads that share a head of keys and values. */
    public int group() {
        return heads / kvHeads;
    }

    /** All weights, scales included. */
    public long weightBytes() {
        return matrices.stream().mapToLong(Matrices::bytes).sum() + vectorBytes;
    }

    public long scaleBytes() {
        return matrices.stream().mapToLong(Matrices::scaleBytes).sum();
    }

    /** The part of all experts that is expected to be chosen by one or more of so many rows, if each is as likely as any other. */
    public double chosenPart(int rows) {
        return experts == 0 ? 0 : 1 - Math.pow(1 - (double) chosen / experts, rows);
    }

    /** The part of these matrices that a step of so many rows reads. */
    public double readPart(Matrices some, int rows) {
        return switch (some.use) {
            case LOOKED_UP -> 0;
            case SHARED -> 1;
            case EXPERT -> chosenPart(rows);
        };
    }
}
