package io.baseload.service.planner;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The rates of one core with vectors of a kind, in the precision {@code fast}: linear layers in decode for 1, 2, 4 and 8 rows and in prompts, for each kind of codes; and attention in both, with separate
 * keys and values for each head, for each format of these. Measured by {@code PlannerRates} on a Zen 4 core, matrices of 2048 and 8192 columns; docs/planner.md has the details.
 *
 * @param label its name in descriptions of machines
 */
record InstructionSet(
        String label, KernelTiers tiers, Map<String, KernelRates> kernels, Map<KvPrecision, AttentionRates> attention) {
    private static final double GIGA = 1e9;

    /** Numbers without scales. */
    private static final Set<String> PLAIN = Set.of("f32", "f16", "bf16");

    private static final InstructionSet AVX512 = new InstructionSet(
            "avx512",
            new KernelTiers("int8, AVX-512 with VNNI", "int8, AVX-512 with VNNI"),
            Map.ofEntries(
                    kernel("f32", 48, 19.7, 37.4, 56.5, 55.8),
                    kernel("f16", 47, 31.0, 56.1, 55.9, 58.2),
                    kernel("bf16", 47, 31.2, 50.9, 58.0, 57.8),
                    kernel("f8_e4m3", 48, 19.4, 30.7, 45.8, 48.5),
                    kernel("i8", 131, 44.0, 78.1, 127.6, 168.3),
                    kernel("i4", 155, 70.7, 134.9, 164.7, 179.9),
                    kernel("u4", 141, 80.0, 119.2, 153.6, 157.6),
                    kernel("nf4", 140, 88.1, 134.1, 163.0, 159.2),
                    kernel("fp4", 143, 87.1, 133.5, 163.0, 159.7),
                    kernel("iq4", 150, 84.9, 136.9, 179.2, 178.7),
                    kernel("e2m1", 143, 88.7, 134.2, 176.2, 181.9)),
            Map.of(
                    KvPrecision.F32, new AttentionRates(8.9, 47.1),
                    KvPrecision.F16, new AttentionRates(17.6, 45.2),
                    KvPrecision.Q8, new AttentionRates(4.5, 43.5)));

    private static final InstructionSet AVX2 = new InstructionSet(
            "avx2",
            new KernelTiers("int8, AVX2", "int8, AVX2"),
            Map.ofEntries(
                    kernel("f32", 47, 18.2, 27.7, 42.6, 42.8),
                    kernel("f16", 47, 28.9, 28.6, 50.8, 49.7),
                    kernel("bf16", 47, 27.2, 28.5, 49.0, 48.8),
                    kernel("f8_e4m3", 48, 17.6, 27.7, 36.4, 34.6),
                    kernel("i8", 68, 37.5, 54.4, 67.7, 66.7),
                    kernel("i4", 102, 69.5, 114.9, 127.3, 128.1),
                    kernel("u4", 98, 68.6, 88.8, 109.3, 109.1),
                    kernel("nf4", 89, 67.2, 93.0, 108.7, 108.4),
                    kernel("fp4", 62, 31.2, 57.2, 72.1, 72.6),
                    kernel("iq4", 70, 52.6, 67.0, 71.9, 72.4),
                    kernel("e2m1", 99, 70.0, 94.9, 109.0, 111.8)),
            Map.of(
                    KvPrecision.F32, new AttentionRates(7.9, 45.8),
                    KvPrecision.F16, new AttentionRates(10.3, 44.1),
                    KvPrecision.Q8, new AttentionRates(4.1, 41.8)));

    /**
     * Prompts of 8-bit and 4-bit weights in BF16, as one core of an Intel Xeon multiplied them: docs/performance.md, "Log: prompts in BF16", has 7.7 µs for 512 rows, 64 of 2,048 columns and 64 outputs, and 0.35 ms for
     * rounding the rows, so 2,048 outputs take 8.2 ms. Everything else is computed by the same kernels as without AMX.
     */
    private static final InstructionSet AMX = new InstructionSet(
            "amx", new KernelTiers("bf16, AMX", AVX512.tiers.decode()), AVX512.withPrompts(260), AVX512.attention);

    /** Heads, or rows, that attention processes at once for the same keys and values. */
    private static final int TOGETHER = 12;

    static final List<InstructionSet> ALL = List.of(AVX512, AVX2, AMX);

    /**
     * G multiply-adds per second of attention for one row at a time, and for rows of a prompt. For one row at a time only F16 was measured on a quiet machine: the rates of F32 and Q8 are that one times the
     * ratio of theirs to it in other, slower runs. All rates for prompts are measured.
     */
    record AttentionRates(double decode, double prompt) {}

    private static Map.Entry<String, KernelRates> kernel(String codes, double prompt, double... decode) {
        return Map.entry(codes, new KernelRates(Arrays.stream(decode).boxed().toList(), prompt).times(GIGA));
    }

    /** The kernels' rates with that one for prompts of all weights that are codes. */
    private Map<String, KernelRates> withPrompts(double prompt) {
        Map<String, KernelRates> all = new HashMap<>(kernels);
        all.replaceAll(
                (codes, rates) -> PLAIN.contains(codes) ? rates : new KernelRates(rates.decode(), prompt * GIGA));
        return all;
    }

    static Optional<InstructionSet> named(String label) {
        return ALL.stream().filter(set -> set.label.equals(label)).findFirst();
    }

    static List<String> labels() {
        return ALL.stream().map(InstructionSet::label).toList();
    }

    /**
     * For this number of cores with such a memory and barriers.
     *
     * @param group query heads that share keys and values: they are processed together, like rows of a prompt, up to a limit
     * @param kv how keys and values are stored
     */
    MachineRates rates(int cores, double readBytesPerSecond, double barrierSeconds, int group, KvPrecision kv) {
        AttentionRates one = Objects.requireNonNull(attention.get(kv));
        double together = (Math.min(group, TOGETHER) - 1.0) / (TOGETHER - 1);
        double decode = one.decode + together * (one.prompt - one.decode);
        Map<String, KernelRates> all = new HashMap<>();
        kernels.forEach((codes, rates) -> all.put(codes, rates.times(cores)));
        return new MachineRates(
                cores,
                readBytesPerSecond,
                barrierSeconds,
                barrierSeconds,
                cores * decode * GIGA,
                cores * one.prompt * GIGA,
                all);
    }
}
