package io.baseload.engine.kernel;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.platform.Bf16Products;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fast implementation: the same sums in the same order as {@link ScalarKernels}, with the Vector API.
 *
 * @param wide how prompt rows are multiplied in 16 bits; null if they aren't
 * @param tiles instructions of machine code for weights of 4 or 8 bits; null if they are multiplied by the Vector API
 * @param floats instructions of machine code in F32, for attention of a prompt's rows and for decode rows and weights that aren't coded; null if these are computed by the Vector API
 */
record VectorKernels(
        Precision precision,
        @Nullable WideFormat wide,
        @Nullable VectorInstructions tiles,
        @Nullable VectorInstructions floats)
        implements Kernels {

    @Override
    public String name() {
        return "vector, " + Lanes.FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public long scratchHeap(Set<Packing> packings, int cols) {
        long bytes = wide instanceof Bf16Format bf16 ? Bf16Linear.heapBytes(bf16, cols) : 0;
        if (packings.stream().anyMatch(this::inTiles)) {
            bytes += Int8Rows.heapBytes(1, cols);
        }
        if (packings.stream().anyMatch(packing -> !inTiles(packing) && decodesInt8(packing))) {
            bytes += Int8Rows.heapBytes(Scratch.MAX_ROWS, cols);
        }
        return bytes;
    }

    @Override
    public boolean vectors() {
        return true;
    }

    @Override
    public KernelTiers tiers() {
        String plain = "f32, " + name();
        String decode = floats == null ? plain : "f32, " + floats.label();
        if (precision == Precision.EXACT) {
            return new KernelTiers(
                    plain, floats == null ? plain : decode + " (plain weights and 8-bit floats), or " + plain);
        }
        String coded = "int8, " + (tiles == null ? name() : tiles.label()) + " (weights of 4 and 8 bits), or ";
        String prompts = switch (wide) {
            case Bf16Format bf16 -> bf16.label() + Bf16Products.kind().orElseThrow();
            case Int16Format int16 -> int16.label() + set().label();
            case null -> tiles == null ? plain : coded + plain;
        };
        return new KernelTiers(prompts, coded + decode);
    }

    @Override
    public void prepareDecode(PackedMatrix w, Rows x, int from, int to, Scratch scratch) {
        if (inTiles(w.packing())) {
            TileForm form = TileForm.of(set(), w.packing());
            int height = TileKernel.height(to - from, set(), form);
            scratch.tileRows().start(height, w.cols(), TileKernel.group(w.packing()), form);
            TileLinear.quantize(x, from, to, scratch.tileRows(), 0, scratch.int8());
        } else if (decodesInt8(w.packing())) {
            Int8DecodeLinear.prepare(w, x, from, to, scratch);
        } else if (inFloats(w.packing())) {
            scratch.floats(floatSet()).prepare(w, x, from, to);
        } else {
            DecodeLinear.prepare(w, x, from, to, scratch);
        }
    }

    @Override
    public void decodePanels(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        if (inTiles(w.packing())) {
            scratch.tiles(set()).multiply(w, scratch.tileRows(), 0, y, from, to, firstPanel, endPanel);
        } else if (decodesInt8(w.packing())) {
            Int8DecodeLinear.multiply(w, y, from, to, firstPanel, endPanel, scratch);
        } else if (inFloats(w.packing())) {
            scratch.floats(floatSet()).multiply(w, y, from, to, firstPanel, endPanel);
        } else {
            DecodeLinear.multiply(w, x, y, from, to, firstPanel, endPanel, scratch);
        }
    }

    private boolean decodesInt8(Packing packing) {
        return precision == Precision.FAST && Int8DecodeLinear.takes(packing);
    }

    @Override
    public void prefillLinear(
            PackedMatrix w, Rows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        PrefillLinear.multiply(w, x, y, from, to, firstPanel, endPanel, scratch);
    }

    @Override
    public PromptForm promptForm(PackedMatrix w) {
        return PromptForm.of(w, wide, tiles);
    }

    private boolean inTiles(Packing packing) {
        return tiles != null && TileKernel.takes(packing);
    }

    private boolean inFloats(Packing packing) {
        return floats != null && !packing.codes().coded();
    }

    private VectorInstructions floatSet() {
        return Objects.requireNonNull(floats);
    }

    private VectorInstructions set() {
        return Objects.requireNonNull(tiles);
    }

    @Override
    public long promptBytes(Set<Packing> packings, long elements) {
        return PromptForm.bytes(packings, elements, wide, tiles);
    }

    @Override
    public void quantize(PromptForm form, Rows x, int rows, int from, int end, PromptRows to, Scratch scratch) {
        to.start(form, x, rows, tiles);
        if (form.tiles()) {
            TileLinear.quantize(x, from, end, to.tiles, from, scratch.int8());
        } else {
            switch (Objects.requireNonNull(wide)) {
                case Bf16Format bf16 -> scratch.bf16(bf16).convert(x, from, end, to);
                case Int16Format _ -> scratch.int16().convert(x, from, end, to);
            }
        }
    }

    @Override
    public void prefillLinear(
            PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel, Scratch scratch) {
        x.check(w);
        if (x.form().tiles()) {
            scratch.tiles(set()).multiply(w, x.tiles, from, y, from, to, firstPanel, endPanel);
        } else {
            switch (Objects.requireNonNull(wide)) {
                case Bf16Format bf16 -> scratch.bf16(bf16).multiply(w, x, y, from, to, firstPanel, endPanel, scratch);
                case Int16Format _ -> scratch.int16().multiply(w, x, y, from, to, firstPanel, endPanel, scratch);
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
            RowKernels.rmsNorm(x.data(), x.at(row), x.width(), weight, epsilon, y.data(), y.at(row), scratch.lanes);
        }
    }

    @Override
    public void layerNorm(
            Rows x, float[] weight, float[] bias, float epsilon, Rows y, int from, int to, Scratch scratch) {
        for (int row = from; row < to; row++) {
            RowKernels.layerNorm(
                    x.data(), x.at(row), x.width(), weight, bias, epsilon, y.data(), y.at(row), scratch.lanes);
        }
    }

    @Override
    public float squares(Rows x, int row, int firstColumn, Scratch scratch) {
        return RowKernels.sumOfSquares(x.data(), x.at(row) + firstColumn, x.width() - firstColumn, scratch.lanes);
    }

    @Override
    public void normalize(Rows x, int row, float factor, float[] weight) {
        RowKernels.normalize(x.data(), x.at(row), x.width(), factor, weight, x.data(), x.at(row));
    }

    @Override
    public void add(Rows x, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            int width = endColumn - firstColumn;
            RowKernels.add(x.data(), x.at(row) + firstColumn, y.data(), y.at(row) + firstColumn, width);
        }
    }

    @Override
    public void addScaled(Rows x, float factor, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            int width = endColumn - firstColumn;
            RowKernels.addScaled(x.data(), x.at(row) + firstColumn, factor, y.data(), y.at(row) + firstColumn, width);
        }
    }

    @Override
    public void multiply(Rows x, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            int width = endColumn - firstColumn;
            RowKernels.multiply(x.data(), x.at(row) + firstColumn, y.data(), y.at(row) + firstColumn, width);
        }
    }

    @Override
    public void scale(Rows y, float factor, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            RowKernels.multiply(y.data(), y.at(row) + firstColumn, endColumn - firstColumn, factor);
        }
    }

    @Override
    public void addBias(float[] bias, Rows y, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            RowKernels.add(bias, firstColumn, y.data(), y.at(row) + firstColumn, endColumn - firstColumn);
        }
    }

    @Override
    public void siluMultiply(Rows gate, Rows up, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            int width = endColumn - firstColumn;
            RowKernels.siluMultiply(
                    gate.data(), gate.at(row) + firstColumn, up.data(), up.at(row) + firstColumn, width);
        }
    }

    @Override
    public void gelu(Rows x, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            Gelu.apply(x.data(), x.at(row) + firstColumn, endColumn - firstColumn);
        }
    }

    @Override
    public void geluMultiply(Rows gate, Rows up, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            int width = endColumn - firstColumn;
            RowKernels.geluMultiply(
                    gate.data(), gate.at(row) + firstColumn, up.data(), up.at(row) + firstColumn, width);
        }
    }

    @Override
    public void clampedSiluMultiply(Rows gate, Rows up, float limit, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            int width = endColumn - firstColumn;
            RowKernels.clampedSiluMultiply(
                    gate.data(), gate.at(row) + firstColumn, up.data(), up.at(row) + firstColumn, limit, width);
        }
    }

    @Override
    public void rotate(Rotary rotary, Rows x, int row, int headDim, int firstHead, int endHead) {
        for (int head = firstHead; head < endHead; head++) {
            RowKernels.rotate(rotary, x.data(), x.at(row) + head * headDim, row);
        }
    }

    @Override
    public void softCap(Rows x, float cap, int from, int to, int firstColumn, int endColumn) {
        for (int row = from; row < to; row++) {
            Tanh.softCap(x.data(), x.at(row) + firstColumn, endColumn - firstColumn, cap);
        }
    }

    @Override
    public void attend(
            Attention layer, int[] pages, int span, int row, int endRow, int head, int endHead, Scratch scratch) {
        AttentionKernel.span(layer, floats, pages, span, row, endRow, head, endHead, scratch);
    }
}
