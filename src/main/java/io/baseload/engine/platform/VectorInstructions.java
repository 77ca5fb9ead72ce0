package io.baseload.engine.platform;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Vector instructions of x86-64 for products of bytes. Vectors of 512 bits are used for dot products only: most processors that have the former without the latter (Skylake) are limited to AVX2 by HotSpot itself. */
public enum VectorInstructions {
    /** 16 registers of 256 bits. */
    AVX2(256, false, "avx2 fma f16c"),
    /** The same, and dot products of four bytes. */
    AVX_VNNI(256, true, "avx2 fma f16c avx_vnni"),
    /** 32 registers of 512 bits, and these dot products. */
    AVX512_VNNI(512, true, "avx512f avx512bw avx512_vnni");

    private final int bits;
    private final boolean dotProducts;
    /** As Linux names them, separated by spaces. */
    private final String flags;

    VectorInstructions(int bits, boolean dotProducts, String flags) {
        this.bits = bits;
        this.dotProducts = dotProducts;
        this.flags = flags;
    }

    /** Bits of a vector register. */
    public int bits() {
        return bits;
    }

    /** Number of vector registers. */
    public int registers() {
        return bits == 512 ? 32 : 16;
    }

    /** For people. */
    public String label() {
        return switch (this) {
            case AVX2 -> "machine code for AVX2";
            case AVX_VNNI -> "machine code for AVX-VNNI";
            case AVX512_VNNI -> "machine code for AVX-512 VNNI";
        };
    }

    /** Whether VPDPBUSD, which adds products of four bytes to an int, is one of them. */
    public boolean dotProducts() {
        return dotProducts;
    }

    /**
     * The best of them that this machine has and that uses vectors of at most {@code bits}; empty if there is none, or if programs can't be called as {@link MachineCode} calls them.
     */
    public static Optional<VectorInstructions> best(int bits) {
        return available(bits).max(Comparator.naturalOrder());
    }

    /** Those that this machine has and that use vectors of at most {@code bits}. */
    public static Stream<VectorInstructions> available(int bits) {
        return Machine.INSTRUCTIONS.stream().filter(set -> set.bits <= bits);
    }

    /** Found once. A processor without any of them must not execute even one. */
    private static final class Machine {
        static final List<VectorInstructions> INSTRUCTIONS = available(Processor.description(), MachineCode::available);
    }

    /** @param callable whether machine code can be called; not asked if the processor has none of them */
    static List<VectorInstructions> available(List<String> description, BooleanSupplier callable) {
        List<VectorInstructions> described = available(description);
        return described.isEmpty() || callable.getAsBoolean() ? described : List.of();
    }

    static List<VectorInstructions> available(List<String> description) {
        Set<String> flags = Processor.flags(description);
        return Arrays.stream(values())
                .filter(set -> flags.containsAll(List.of(set.flags.split(" "))))
                .toList();
    }
}
