package io.baseload.engine.kernel;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.Precision;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Set;

/**
 * The arithmetic of a step, in f32. Each method computes only the given slice, so that several threads can share an operator, and allocates nothing.
 *
 * <p>Ranges are half open. Every sum has a fixed order, defined by {@link ScalarKernels}. It depends neither on the number of rows nor on the slice, so a token's result is the same, bit for
 * bit, whatever else is computed in the step.
 */
public interface Kernels {

    /** This machine's fastest kernels for {@link Precision#EXACT}. */
    static Kernels best() {
        return best(Precision.EXACT);
    }

    /**
     * This machine's fastest kernels for a precision.
     *
     * @throws IllegalStateException in a JVM without its optimizing compiler or without fused multiply-adds, where no model would ever answer
     */
    static Kernels best(Precision precision) {
        return KernelProvider.best(precision);
    }

    /** The same kernels for sizes of their memory. Nothing is computed, so it doesn't matter whether the JVM could. */
    static Kernels planned(Precision precision) {
        return KernelProvider.planned(precision);
    }

    /**
     * The same for an encoder, whose numbers are compared with those of other programs: in {@link Precision#FAST}, if all weights are plain, texts are multiplied by them in BF16, split so that sums
     * are nearly those of F32, or in integers of 16 bits, where that is faster.
     *
     * @param packings those of the matrices by which it multiplies
     */
    static Kernels encoder(Precision precision, Set<Packing> packings) {
        boolean plain = packings.stream().allMatch(packing -> packing.codes().plain());
        return precision == Precision.FAST && plain ? KernelProvider.plainInWide() : best(precision);
    }

    /** The definition of {@link Precision#EXACT}, which runs on any machine. */
    static Kernels scalar() {
        return scalar(Precision.EXACT);
    }

    /** The definition of a precision, which runs on any machine. */
    static Kernels scalar(Precision precision) {
        return KernelProvider.scalar(precision);
    }

    Precision precision();

    /** The kernels that compute linear layers. */
    KernelTiers tiers();

    /**
     * The heap in bytes that these kernels take in a worker's {@link Scratch} at their first call, for multiplications only.
     *
     * @param packings those of the matrices
     * @param cols the most columns of a matrix
     */
    long scratchHeap(Set<Packing> packings, int cols);

    /** The implementation and its vector width, described for people. */
    String name();

    /** Whether these kernels use the Vector API: until the JIT has compiled such a kernel, each vector is an object. */
    boolean vectors();

    /** The most rows for which decode kernels read the weights once. */
    int MAX_DECODE_ROWS = 16;

    /**
     * y = W·x for a few rows, each the next token of its own sequence: the weights are read once for up to {@link #MAX_DECODE_ROWS} rows.
     *
     * @param from first row of x and y
     * @param firstPanel first panel of the weights, so y's columns from {@code 16 · firstPanel}
     */
    default void decodeLinear(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        for (int row = from; row < to; row += MAX_DECODE_ROWS) {
            int end = Math.min(to, row + MAX_DECODE_ROWS);
            prepareDecode(w, x, row, end, scratch);
            decodePanels(w, x, y, row, end, firstPanel, endPanel, scratch);
        }
    }

    /** The first half of {@link #decodeLinear}, for at most {@link #MAX_DECODE_ROWS} rows: stores in the scratch the form of x that kernels need. */
    void prepareDecode(PackedMatrix w, Rows x, int from, int to, Scratch scratch);

    /** The second half, for the rows that were prepared last in this scratch. May be called repeatedly. */
    void decodePanels(PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch);

    /** The same for many rows, the tokens of a prompt: each panel is widened once, then multiplied by all rows. */
    void prefillLinear(PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch);

    /** The form of prompt rows with which {@link #prefillLinear} is fastest for these weights; unless it is {@link PromptForm#PLAIN}, rows have to be quantized first. */
    PromptForm promptForm(PackedMatrix w);

    /**
     * Bytes of {@link PromptRows} for inputs of some matrices; 0 if these kernels quantize none of them.
     *
     * @param packings the matrices' packings
     * @param elements as computed by {@link PromptRows#elements}
     */
    long promptBytes(Set<Packing> packings, long elements);

    /**
     * Quantizes rows {@code from … end} of x, which has {@code rows} rows.
     *
     * @param form not {@link PromptForm#PLAIN}
     * @param to receives the result; other workers quantize other rows into their views of it
     */
    void quantize(PromptForm form, Rows x, int rows, int from, int end, PromptRows to, Scratch scratch);

    /** The same as above with products of quantized numbers, once all rows are quantized in {@link #promptForm}. */
    void prefillLinear(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch);

    /** y[row] = row {@code id} of the table. */
    void embed(PackedMatrix table, int id, Rows y, int row);

    /** y = x / √(mean(x²) + ε) · weight for each row (Zhang and Sennrich, 2019); x and y may be the same. */
    void rmsNorm(Rows x, float[] weight, float epsilon, Rows y, int from, int to, Scratch scratch);

    /** y = (x − mean(x)) / √(variance(x) + ε) · weight + bias for each row (Ba et al., 2016); x and y may be the same. */
    void layerNorm(Rows x, float[] weight, float[] bias, float epsilon, Rows y, int from, int to, Scratch scratch);

    /** Σ x² of a row, from a column on. */
    float squares(Rows x, int row, int firstColumn, Scratch scratch);

    /** x = x · factor · weight for a row: the second half of a norm whose mean is over more than this row. */
    void normalize(Rows x, int row, float factor, float[] weight);

    /** y += x. */
    void add(Rows x, Rows y, int from, int to, int firstColumn, int endColumn);

    /** y += factor · x. */
    void addScaled(Rows x, float factor, Rows y, int from, int to, int firstColumn, int endColumn);

    /** y = x ⊙ y. */
    void multiply(Rows x, Rows y, int from, int to, int firstColumn, int endColumn);

    /** y = factor · y. */
    void scale(Rows y, float factor, int from, int to, int firstColumn, int endColumn);

    /** y += bias, which has an element for each column of y. */
    void addBias(float[] bias, Rows y, int from, int to, int firstColumn, int endColumn);

    /** gate = silu(gate) · up, the gated unit of Shazeer (2020). */
    void siluMultiply(Rows gate, Rows up, int from, int to, int firstColumn, int endColumn);

    /** x = gelu(x) = x · Φ(x), Φ being the normal distribution (Hendrycks and Gimpel, 2016), by {@link Gelu}'s polynomial. */
    void gelu(Rows x, int from, int to, int firstColumn, int endColumn);

    /** gate = gelu(gate) · up with GELU in its tanh form, 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) (Hendrycks and Gimpel, 2016). */
    void geluMultiply(Rows gate, Rows up, int from, int to, int firstColumn, int endColumn);

    /**
     * gate = (up + 1) · g · sigmoid(1.702 · g) with g = min(gate, limit) and up clamped to ±limit: gpt-oss's gated unit.
     *
     * @param limit {@code swiglu_limit}
     */
    void clampedSiluMultiply(Rows gate, Rows up, float limit, int from, int to, int firstColumn, int endColumn);

    /** Rotates the heads {@code firstHead … endHead} of a row, which are adjacent, by the angles set with {@link Rotary#turn}. */
    void rotate(Rotary rotary, Rows x, int row, int headDim, int firstHead, int endHead);

    /** x = cap · tanh(x / cap), Gemma 2's cap of logits. */
    void softCap(Rows x, float cap, int from, int to, int firstColumn, int endColumn);

    /**
     * One span's part of {@link Attention} for the tokens of a sequence in rows {@code row … endRow} and for heads
     * {@code head … endHead}, which share the keys and values of a KV head. Stores it in {@code scratch.part}, head by head, except for rows that see no token of the span.
     *
     * @param pages the sequence's page table: page {@code pages[t / 32]} holds token t
     * @param endRow at most {@link Attention#rows} rows, for at most {@link Attention#MAX_HEADS} heads
     */
    void attend(
            Attention attention, int[] pages, int span, int row, int endRow, int head, int endHead, Scratch scratch);
}
