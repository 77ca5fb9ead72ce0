package io.baseload.service.planner;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rates of one core with vectors of a kind, in G multiply-adds per second: linear layers in decode for 1, 2, 4 and 8 rows, in prompts, and attention in both, with separate
 * keys and values for each head. Measured by {@code PlannerRates} on a Zen 4 core, matrices of 2048 and 8192 columns; docs/planner.md has the details.
 *
 * @param label its name in descriptions of machines
 */
record InstructionSet(
        String label,
        KernelTiers tiers,
        Map<String, KernelRates> kernels,
        double attentionDecode,
        double attentionPrompt) {
    private static final InstructionSet AVX512 = new InstructionSet(
            "avx512",
            new KernelTiers("int8, AVX-512 with VNNI", "int8, AVX-512"),
            Map.ofEntries(
                    kernel("f32", 49, 7.1, 14.9, 20.4, 30.8),
                    kernel("f16", 49, 7.5, 12.9, 18.7, 29.2),
                    kernel("bf16", 50, 7.9, 13.1, 18.9, 29.4),
                    kernel("f8_e4m3", 49, 6.8, 12.6, 18.9, 29.3),
                    kernel("i8", 86, 23.7, 27.5, 37.2, 40.8),
                    kernel("u4", 106, 20.1, 27.3, 31.9, 34.4),
                    kernel("nf4", 116, 20.6, 29.6, 39.3, 41.6),
                    kernel("fp4", 116, 20.8, 12.2, 39.4, 41.7)),
            8.1,
            29.5);
    /**
     * Prompts of 8-bit and 4-bit weights as two Zen 3 cores, without VNNI, multiplied bytes in groups of 64: 233 G operations a second. Decode of NF4 and FP4, which share a kernel, on an Intel Xeon
     * core.
     */
    private static final InstructionSet AVX2 = new InstructionSet(
            "avx2",
            new KernelTiers("int8, AVX2", "int8, AVX2"),
            Map.ofEntries(
                    kernel("f32", 50, 3.3, 6.4, 9.1, 14.0),
                    kernel("f16", 49, 2.6, 4.9, 7.4, 12.2),
                    kernel("bf16", 51, 3.5, 7.0, 9.6, 14.5),
                    kernel("f8_e4m3", 51, 2.6, 5.1, 7.7, 12.2),
                    kernel("i8", 58, 11.6, 19.5, 22.1, 23.5),
                    kernel("u4", 58, 13.3, 17.2, 20.4, 22.4),
                    kernel("nf4", 58, 17.6, 16.9, 16.5, 18.4),
                    kernel("fp4", 58, 17.6, 16.9, 16.5, 18.4)),
            6.2,
            37.0);

    /**
     * Prompts of 8-bit and 4-bit weights in BF16, as one core of an Intel Xeon multiplied them: docs/performance.md, "In BF16", has 7.7 µs for 512 rows, 64 of 2,048 columns and 64 outputs, and 0.35 ms for
     * rounding the rows, so 2,048 outputs take 8.2 ms. Everything else is computed by the same kernels as without AMX.
     */
    private static final InstructionSet AMX = new InstructionSet(
            "amx",
            new KernelTiers("bf16, AMX", AVX512.tiers.decode()),
            AVX512.withPrompts(260, Set.of("f8_e4m3", "i8", "u4", "nf4", "fp4")),
            AVX512.attentionDecode,
            AVX512.attentionPrompt);

    /** Heads, or rows, that attention processes at once for the same keys and values. */
    private static final int TOGETHER = 12;

    private static final List<InstructionSet> ALL = List.of(AVX512, AVX2, AMX);

    private static Map.Entry<String, KernelRates> kernel(String codes, double prompt, double... decode) {
        return Map.entry(codes, new KernelRates(Arrays.stream(decode).boxed().toList(), prompt).times(1e9));
    }

    private Map<String, KernelRates> withPrompts(double prompt, Set<String> codes) {
        Map<String, KernelRates> all = new HashMap<>(kernels);
        codes.forEach(
                some -> all.computeIfPresent(some, (code, rates) -> new KernelRates(rates.decode(), prompt * 1e9)));
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
     */
    MachineRates rates(int cores, double readBytesPerSecond, double barrierSeconds, int group) {
        double together = (Math.min(group, TOGETHER) - 1.0) / (TOGETHER - 1);
        double decode = attentionDecode + together * (attentionPrompt - attentionDecode);
        Map<String, KernelRates> all = new HashMap<>();
        kernels.forEach((codes, rates) -> all.put(codes, rates.times(cores)));
        return new MachineRates(
                cores,
                readBytesPerSecond,
                barrierSeconds,
                barrierSeconds,
                cores * decode * 1e9,
                cores * attentionPrompt * 1e9,
                all);
    }
}
