package io.baseload.engine.quant;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The definition of a block format, bit for bit: each element is scale · value(code), rounded once, plus the minimum if there is one, rounded again.
 *
 * @param packing codes, elements per scale, and scales: the packing that keeps the format without loss
 */
record BlockFormat(Packing packing, Reader reader) {

    /** Decodes one block to codes and scales. */
    interface Reader {
        void read(MemorySegment source, long at, UnpackedBlock to);
    }

    private static final Map<ElementType, BlockFormat> ALL = all();

    static boolean exists(ElementType type) {
        return ALL.containsKey(type);
    }

    static BlockFormat of(ElementType type) {
        @Nullable BlockFormat format = ALL.get(type);
        if (format == null) {
            throw new IllegalArgumentException(type + " has no blocks");
        }
        return format;
    }

    /** Writes the elements of a block as floats. */
    void widen(UnpackedBlock block, int size, float[] out, int at) {
        boolean minimum = packing.scales().minimum();
        for (int i = 0; i < size; i++) {
            int group = i / packing.block();
            float value = block.scales[group] * Codebook.value(packing.codes(), block.codes[i] & 0xff);
            out[at + i] = minimum ? value + block.minimums[group] : value;
        }
    }

    private static Map<ElementType, BlockFormat> all() {
        Map<ElementType, BlockFormat> all = new EnumMap<>(ElementType.class);
        all.put(ElementType.Q8_0, new BlockFormat(Packing.Q8_0, LegacyBlocks::q8_0));
        all.put(ElementType.Q4_0, new BlockFormat(Packing.Q4_0, LegacyBlocks::q4_0));
        all.put(ElementType.Q4_1, new BlockFormat(Packing.Q4_1, LegacyBlocks::q4_1));
        all.put(ElementType.Q5_0, new BlockFormat(Packing.Q8_0, LegacyBlocks::q5_0));
        add(all, ElementType.Q5_1, Codes.I8, 32, Scales.F16_MINIMUM, LegacyBlocks::q5_1);
        add(all, ElementType.Q1_0, Codes.I4, 128, Scales.F16, LegacyBlocks::q1_0);
        add(all, ElementType.TQ1_0, Codes.I4, 128, Scales.F16, TernaryBlocks::tq1_0);
        add(all, ElementType.TQ2_0, Codes.I4, 128, Scales.F16, TernaryBlocks::tq2_0);
        add(all, ElementType.Q2_K, Codes.U4, 16, Scales.F32_MINIMUM, KBlocks::q2);
        add(all, ElementType.Q3_K, Codes.I4, 16, Scales.F32, KBlocks::q3);
        add(all, ElementType.Q4_K, Codes.U4, 32, Scales.F32_MINIMUM, KBlocks::q4);
        add(all, ElementType.Q5_K, Codes.I8, 32, Scales.F32_MINIMUM, KBlocks::q5);
        add(all, ElementType.Q6_K, Codes.I8, 16, Scales.F32, KBlocks::q6);
        add(all, ElementType.IQ1_S, Codes.I8, 32, Scales.F32, Iq1Blocks::s);
        add(all, ElementType.IQ1_M, Codes.I8, 16, Scales.F32, Iq1Blocks::m);
        add(all, ElementType.IQ2_XXS, Codes.I8, 32, Scales.F32, Iq2Blocks::xxs);
        add(all, ElementType.IQ2_XS, Codes.I8, 16, Scales.F32, Iq2Blocks::xs);
        add(all, ElementType.IQ2_S, Codes.I8, 16, Scales.F32, Iq2Blocks::s);
        add(all, ElementType.IQ3_XXS, Codes.I8, 32, Scales.F32, Iq3Blocks::xxs);
        add(all, ElementType.IQ3_S, Codes.I8, 32, Scales.F32, Iq3Blocks::s);
        add(all, ElementType.IQ4_NL, Codes.IQ4, 32, Scales.F16, CodebookBlocks::iq4_nl);
        add(all, ElementType.IQ4_XS, Codes.IQ4, 32, Scales.F32, CodebookBlocks::iq4_xs);
        add(all, ElementType.MXFP4, Codes.E2M1, 32, Scales.F32, CodebookBlocks::mxfp4);
        add(all, ElementType.NVFP4, Codes.E2M1, 16, Scales.F32, CodebookBlocks::nvfp4);
        add(all, ElementType.NF4_32, Codes.NF4, 32, Scales.F32, RowBlocks.highFirst(32));
        add(all, ElementType.NF4_64, Codes.NF4, 64, Scales.F32, RowBlocks.highFirst(64));
        add(all, ElementType.NF4_128, Codes.NF4, 128, Scales.F32, RowBlocks.highFirst(128));
        add(all, ElementType.FP4_32, Codes.FP4, 32, Scales.F32, RowBlocks.highFirst(32));
        add(all, ElementType.FP4_64, Codes.FP4, 64, Scales.F32, RowBlocks.highFirst(64));
        add(all, ElementType.FP4_128, Codes.FP4, 128, Scales.F32, RowBlocks.highFirst(128));
        add(all, ElementType.U4_32, Codes.U4, 32, Scales.F32_MINIMUM, RowBlocks.affine(32));
        add(all, ElementType.U4_64, Codes.U4, 64, Scales.F32_MINIMUM, RowBlocks.affine(64));
        add(all, ElementType.U4_128, Codes.U4, 128, Scales.F32_MINIMUM, RowBlocks.affine(128));
        add(all, ElementType.F8_E4M3_32, Codes.F8_E4M3, 32, Scales.F32, RowBlocks.bytes(32));
        add(all, ElementType.F8_E4M3_64, Codes.F8_E4M3, 64, Scales.F32, RowBlocks.bytes(64));
        add(all, ElementType.F8_E4M3_128, Codes.F8_E4M3, 128, Scales.F32, RowBlocks.bytes(128));
        return all;
    }

    private static void add(
            Map<ElementType, BlockFormat> all, ElementType type, Codes codes, int group, Scales scales, Reader reader) {
        all.put(type, new BlockFormat(new Packing(codes, group, scales), reader));
    }
}
