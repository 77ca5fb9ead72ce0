package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Codebook;
import io.baseload.engine.quant.IntegerTable;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The definition of each kernel, in plain Java. Sums over weights, keys and values run in order, one fused multiply-add each; sums along a row run in 16 lanes
 * that are then added in halves.
 *
 * @param wide how prompt rows are multiplied in 16 bits; null if they aren't
 * @param tiles the machine code that this defines; null if there is none
 */
record ScalarKernels(
        Precision precision,
        @Nullable WideFormat wide,
        @Nullable VectorInstructions tiles) implements Kernels {
    /** sigmoid(1.702·x) comes close to the normal distribution (Hendrycks and Gimpel, 2016). */
    static final float STEEP = 1.702f;

    /** −2·√(2/π). */
    static final float GELU_LINEAR = -1.5957691216057308f;

    static final float GELU_CUBIC = 0.044715f * GELU_LINEAR;

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public long scratchHeap(Set<Packing> packings, int cols) {
        return 0;
    }

    @Override
    public boolean vectors() {
        return false;
    }

    @Override
    public KernelTiers tiers() {
        String decode = precision == Precision.FAST ? "int8, " : "f32, ";
        String prefill = tiles == null ? "f32, " : decode;
        return new KernelTiers((wide == null ? prefill : wide.label()) + name(), decode + name());
    }

    /** Does nothing: the definition reads x itself. */
    @Override
    public void prepareDecode(PackedMatrix w, Rows x, int from, int to, Scratch scratch) {}

    @Override
    public void decodePanels(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        boolean int8 = precision == Precision.FAST && (ScalarInt8.takes(w.packing()) || inTiles(w.packing()));
        IntegerTable table = int8 ? table(w.packing()) : null;
        TileForm form = tiles != null && inTiles(w.packing()) ? TileForm.of(tiles, w.packing()) : TileForm.SIGNED;
        for (int panel = firstPanel; panel < endPanel; panel++) {
            if (!int8) {
                panel(w, true, x, y, from, to, panel, scratch);
            }
            for (int row = from; row < to && int8; row++) {
                ScalarInt8.multiply(w, table, form, panel, x, y, row, scratch);
            }
        }
    }

    /** The integers for the numbers of a table; the small ones where the Vector API multiplies. */
    private @Nullable IntegerTable table(Packing packing) {
        if (!packing.codes().codebook()) {
            return null;
        }
        return tiles != null && inTiles(packing)
                ? TileKernel.integers(tiles, packing)
                : Codebook.smallIntegers(packing.codes());
    }

    private boolean inTiles(Packing packing) {
        return tiles != null && TileKernel.takes(packing);
    }

    @Override
    public void prefillLinear(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        for (int row = from; row < to; row += Scratch.MAX_ROWS) {
            int end = Math.min(to, row + Scratch.MAX_ROWS);
            for (int panel = firstPanel; panel < endPanel; panel++) {
                panel(w, false, x, y, row, end, panel, scratch);
            }
        }
    }

    @Override
    public PromptForm promptForm(PackedMatrix w) {
        return PromptForm.of(w, wide, tiles);
    }

    @Override
    public long promptBytes(Set<Packing> packings, long elements) {
        return PromptForm.bytes(packings, elements, wide, tiles);
    }

    @Override
    public void quantize(PromptForm form, Rows x, int rows, int from, int end, PromptRows to, Scratch scratch) {
        to.start(form, x, rows, tiles);
        if (!form.tiles()) {
            Objects.requireNonNull(wide).convert(x, from, end, to);
        }
    }

    @Override
    public void prefillLinear(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        x.check(w);
        if (x.form().tiles()) {
            decodePanels(w, x.source(), y, from, to, firstPanel, endPanel, scratch);
        } else {
            Objects.requireNonNull(wide).multiply(w, x, y, from, to, firstPanel, endPanel, scratch);
        }
    }

    /** A panel times a few rows: block by block if the sum is over codes, otherwise weight by weight. */
    private static void panel(
            PackedMatrix w, boolean codes, Rows x, Rows y, int from, int to, int panel, Scratch scratch) {
        int size = w.packing().block();
        boolean coded = codes && w.packing().codes().coded();
        Arrays.fill(scratch.totals, 0f);
        for (int block = 0; block < w.blocks(); block++) {
            if (coded) {
                Panels.codes(w, panel, block, scratch.block);
                Panels.scales(w, panel, block, scratch.scales);
            } else {
                Panels.unpack(w, panel, block, scratch.block);
            }
            for (int row = from; row < to; row++) {
                int at = x.at(row) + block * size;
                if (coded) {
                    multiplyCodes(w.packing(), scratch, x.data(), at, (row - from) * LANES);
                } else {
                    multiply(scratch.block, size, x.data(), at, scratch.totals, (row - from) * LANES);
                }
            }
        }
        int lanes = Math.min(LANES, w.rows() - panel * LANES);
        for (int row = from; row < to; row++) {
            System.arraycopy(scratch.totals, (row - from) * LANES, y.data(), y.at(row) + panel * LANES, lanes);
        }
    }

    /** Σ (d·q + m)·x = d·Σ q·x + m·Σ x. */
    private static void multiplyCodes(Packing packing, Scratch scratch, float[] x, int at, int to) {
        Arrays.fill(scratch.sums, 0, LANES, 0f);
        multiply(scratch.block, packing.block(), x, at, scratch.sums, 0);
        float sum = sumOfBlock(x, at, packing.block(), scratch.lanes);
        float[] totals = scratch.totals;
        for (int lane = 0; lane < LANES; lane++) {
            float scaled = Math.fma(scratch.sums[lane], scratch.scales[lane], totals[to + lane]);
            totals[to + lane] = Math.fma(sum, scratch.scales[LANES + lane], scaled);
        }
    }

    private static float sumOfBlock(float[] x, int at, int size, float[] lanes) {
        Arrays.fill(lanes, 0, LANES, 0f);
        for (int i = 0; i < size; i++) {
            lanes[i % LANES] += x[at + i];
        }
        return sumOfLanes(lanes);
    }

    private static void multiply(float[] block, int size, float[] x, int at, float[] sums, int to) {
        for (int column = 0; column < size; column++) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[to + lane] = Math.fma(block[column * LANES + lane], x[at + column], sums[to + lane]);
            }
        }
    }

    @Override
    public void embed(PackedMatrix table, int id, Rows y, int row) {
        Panels.unpackRow(table, id, y.data(), y.at(row));
    }

    @Override
    public void rmsNorm(Rows x, float[] weight, float epsilon, Rows y, int from, int to, Scratch scratch) {
        for (int row = from; row < to; row++) {
            float squares = sumOfSquares(x.data(), x.at(row), x.width(), scratch.lanes);
            float factor = (float) (1 / Math.sqrt(squares / x.width() + epsilon));
            normalize(x, factor, weight, y, row);
        }
    }

    @Override
    public void layerNorm(
            Rows x, float[] weight, float[] bias, float epsilon, Rows y, int from, int to, Scratch scratch) {
        int width = x.width();
        for (int row = from; row < to; row++) {
            Arrays.fill(scratch.lanes, 0, LANES, 0f);
            for (int i = 0; i < width; i++) {
                scratch.lanes[i % LANES] += x.data()[x.at(row) + i];
            }
            float mean = sumOfLanes(scratch.lanes) / width;
            Arrays.fill(scratch.lanes, 0, LANES, 0f);
            for (int i = 0; i < width; i++) {
                float distance = x.data()[x.at(row) + i] - mean;
                scratch.lanes[i % LANES] = Math.fma(distance, distance, scratch.lanes[i % LANES]);
            }
            float factor = (float) (1 / Math.sqrt(sumOfLanes(scratch.lanes) / width + epsilon));
            for (int i = 0; i < width; i++) {
                float distance = x.data()[x.at(row) + i] - mean;
                y.data()[y.at(row) + i] = Math.fma(distance * factor, weight[i], bias[i]);
            }
        }
    }

    private static void normalize(Rows x, float factor, float[] weight, Rows y, int row) {
        for (int i = 0; i < x.width(); i++) {
            y.data()[y.at(row) + i] = x.data()[x.at(row) + i] * factor * weight[i];
        }
    }

    @Override
    public float squares(Rows x, int row, int firstColumn, Scratch scratch) {
        return sumOfSquares(x.data(), x.at(row) + firstColumn, x.width() - firstColumn, scratch.lanes);
    }

    @Override
    public void normalize(Rows x, int row, float factor, float[] weight) {
        normalize(x, factor, weight, x, row);
    }

    private static float sumOfSquares(float[] x, int at, int width, float[] lanes) {
        Arrays.fill(lanes, 0, LANES, 0f);
        for (int i = 0; i < width; i++) {
            lanes[i % LANES] = Math.fma(x[at + i], x[at + i], lanes[i % LANES]);
        }
        return sumOfLanes(lanes);
    }

    /** Adds 16 lanes in halves: lane i and lane i + 8, then i + 4, i + 2, i + 1. */
    static float sumOfLanes(float[] lanes) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    @Override
    public void add(Rows x, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                y.data()[y.at(row) + i] += x.data()[x.at(row) + i];
            }
        }
    }

    @Override
    public void addScaled(Rows x, float factor, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                y.data()[y.at(row) + i] = Math.fma(x.data()[x.at(row) + i], factor, y.data()[y.at(row) + i]);
            }
        }
    }

    @Override
    public void multiply(Rows x, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                y.data()[y.at(row) + i] *= x.data()[x.at(row) + i];
            }
        }
    }

    @Override
    public void scale(Rows y, float factor, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                y.data()[y.at(row) + i] *= factor;
            }
        }
    }

    @Override
    public void addBias(float[] bias, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                y.data()[y.at(row) + i] += bias[i];
            }
        }
    }

    @Override
    public void siluMultiply(Rows gate, Rows up, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                float g = gate.data()[gate.at(row) + i];
                gate.data()[gate.at(row) + i] = g / (1f + Exp.exp(-g)) * up.data()[up.at(row) + i];
            }
        }
    }

    @Override
    public void gelu(Rows x, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                x.data()[x.at(row) + i] = Gelu.of(x.data()[x.at(row) + i]);
            }
        }
    }

    @Override
    public void geluMultiply(Rows gate, Rows up, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                gate.data()[gate.at(row) + i] = gelu(gate.data()[gate.at(row) + i]) * up.data()[up.at(row) + i];
            }
        }
    }

    /** 0.5·(1 + tanh(u)) = 1 / (1 + e^(−2u)); −2u is x·(LINEAR + CUBIC·x²). */
    static float gelu(float x) {
        return x / (1f + Exp.exp(x * Math.fma(x * x, GELU_CUBIC, GELU_LINEAR)));
    }

    @Override
    public void clampedSiluMultiply(Rows gate, Rows up, float limit, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                int at = gate.at(row) + i;
                gate.data()[at] = clampedSilu(gate.data()[at], up.data()[up.at(row) + i], limit);
            }
        }
    }

    static float clampedSilu(float gate, float up, float limit) {
        float g = Math.min(gate, limit);
        return g / (1f + Exp.exp(-STEEP * g)) * (Math.max(-limit, Math.min(up, limit)) + 1f);
    }

    @Override
    public void rotate(Rotary rotary, Rows x, int row, int headDim, int firstHead, int endHead) {
        for (int head = firstHead; head < endHead; head++) {
            rotatePairs(rotary, x.data(), x.at(row) + head * headDim, row, 0);
        }
    }

    /** Rotates the pairs of a head from {@code first} on. */
    static void rotatePairs(Rotary rotary, float[] data, int at, int row, int first) {
        int table = row * rotary.width();
        for (int pair = first; pair < rotary.frequencies().length; pair++) {
            int i = pair * rotary.step();
            int j = i + rotary.distance();
            float a = data[at + i];
            float b = data[at + j];
            data[at + i] = Math.fma(a, rotary.cos()[table + i], b * rotary.sin()[table + i]);
            data[at + j] = Math.fma(b, rotary.cos()[table + j], a * rotary.sin()[table + j]);
        }
    }

    @Override
    public void softCap(Rows x, float cap, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            for (int i = firstColumn; i < endColumn; i++) {
                x.data()[x.at(row) + i] = cap * Tanh.tanh(x.data()[x.at(row) + i] / cap);
            }
        }
    }

    @Override
    public void attend(
            Attention attention, int[] pages, int span, int row, int endRow, int head, int endHead, Scratch scratch) {
        Rows q = attention.q();
        int kvHead = head / attention.group();
        int rows = endRow - row;
        for (int i = 0; i < (endHead - head) * rows; i++) {
            int first = attention.first(row + i % rows, span);
            int end = attention.end(row + i % rows, span);
            if (first < end) {
                int at = q.at(row + i % rows) + (head + i / rows) * attention.keyDim();
                scores(attention, kvHead, pages, first, end, q.data(), at, scratch.scores);
                exponentials(scratch, i, first, end);
                mix(attention, kvHead, pages, first, end, scratch, i);
            }
        }
    }

    private static void scores(
            Attention attention, int kvHead, int[] pages, int first, int end, float[] q, int at, float[] scores) {
        KvPages kv = attention.kv();
        AttentionOptions options = attention.options();
        for (int t = first; t < end; t++) {
            int page = pages[t / KvPages.TOKENS];
            float sum = 0;
            for (int d = 0; d < attention.keyDim(); d++) {
                sum = Math.fma(q[at + d], kv.key(page, attention.layer(), kvHead, t % KvPages.TOKENS, d), sum);
            }
            float score = sum * options.scale();
            float cap = options.softCap();
            scores[t % Attention.SPAN] = cap > 0 ? cap * Tanh.tanh(score / cap) : score;
        }
    }

    /** Replaces scores by e^(score − maximum); stores the maximum and the sum, with token t in lane (t − first) % 16. */
    private static void exponentials(Scratch scratch, int query, int first, int end) {
        float[] scores = scratch.scores;
        float max = scores[first % Attention.SPAN];
        for (int t = first; t < end; t++) {
            max = Math.max(max, scores[t % Attention.SPAN]);
        }
        Arrays.fill(scratch.lanes, 0, LANES, 0f);
        for (int t = first; t < end; t++) {
            float weight = Exp.exp(scores[t % Attention.SPAN] - max);
            scores[t % Attention.SPAN] = weight;
            scratch.lanes[(t - first) % LANES] += weight;
        }
        scratch.part.maxima[query] = max;
        scratch.part.sums[query] = sumOfLanes(scratch.lanes);
    }

    private static void mix(
            Attention attention, int kvHead, int[] pages, int first, int end, Scratch scratch, int query) {
        int dim = attention.valueDim();
        float[] mixed = scratch.part.mixed;
        int at = query * dim;
        Arrays.fill(mixed, at, at + dim, 0f);
        for (int t = first; t < end; t++) {
            int page = pages[t / KvPages.TOKENS];
            float weight = scratch.scores[t % Attention.SPAN];
            for (int d = 0; d < dim; d++) {
                float value = attention.kv().value(page, attention.layer(), kvHead, t % KvPages.TOKENS, d);
                mixed[at + d] = Math.fma(weight, value, mixed[at + d]);
            }
        }
    }
}
