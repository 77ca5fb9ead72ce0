package io.baseload.engine.platform;

/**
 * Vector instructions that {@link Assembler} encodes, named as in Intel's manual ("Intel 64 and IA-32 Architectures Software Developer's Manual", volume 2). All have W = 0.
 */
public enum Instruction {
    /** Reads a vector that needn't be aligned. */
    VMOVUPS(1, 0, 0x10),
    /** Bits that both have. */
    VPAND(1, 1, 0xDB),
    /** Bits that either has. */
    VPOR(1, 1, 0xEB),
    /** Bits that only one of them has; zero of equal vectors. */
    VPXOR(1, 1, 0xEF),
    /** Sums of 16-bit integers, modulo 2^16. */
    VPADDW(1, 1, 0xFD),
    /** Sums of 32-bit integers. */
    VPADDD(1, 1, 0xFE),
    /** Products of two 16-bit integers, added as 32-bit integers. */
    VPMADDWD(1, 1, 0xF5),
    /** Products of two unsigned bytes of the first and two signed ones of the second source, added as 16-bit integers and saturated. */
    VPMADDUBSW(2, 1, 0x04),
    /** Adds the products of four unsigned bytes of the first and four signed ones of the second source to a 32-bit integer. */
    VPDPBUSD(2, 1, 0x50),
    /** Adds the products of two 16-bit integers of both sources to a 32-bit integer. */
    VPDPWSSD(2, 1, 0x52),
    /** Bytes of the first source at the indexes of the second, in each 128 bits. */
    VPSHUFB(2, 1, 0x00),
    /** Ints of the target and of the second source at the indexes of the first; only with 512 bits. */
    VPERMT2D(2, 1, 0x7E),
    /** The first two ints of both sources alternately, in each 128 bits. */
    VPUNPCKLDQ(1, 1, 0x62),
    /** The last two. */
    VPUNPCKHDQ(1, 1, 0x6A),
    /** The first 64 bits of both sources, in each 128 bits. */
    VPUNPCKLQDQ(1, 1, 0x6C),
    /** The last ones. */
    VPUNPCKHQDQ(1, 1, 0x6D),
    /** A 32-bit number of memory in each element. */
    VPBROADCASTD(2, 1, 0x58),
    /** Bytes of memory as 32-bit integers. */
    VPMOVSXBD(2, 1, 0x21),
    /** Unsigned 16-bit integers of memory as 32-bit ones. */
    VPMOVZXWD(2, 1, 0x33),
    /** 32-bit integers as floats. */
    VCVTDQ2PS(1, 0, 0x5B),
    /** F16 numbers of memory as floats. */
    VCVTPH2PS(2, 1, 0x13),
    VADDPS(1, 0, 0x58),
    VMULPS(1, 0, 0x59),
    VSUBPS(1, 0, 0x5C),
    /** The larger number; the second one if either is NaN. */
    VMAXPS(1, 0, 0x5F),
    /** target = first · target + second, rounded once. */
    VFMADD213PS(2, 1, 0xA8),
    /** target = first · second + target, rounded once. */
    VFMADD231PS(2, 1, 0xB8),
    /** target = first · target − second, rounded once. */
    VFMSUB213PS(2, 1, 0xAA);

    /** Opcode map: 1 is 0F, 2 is 0F 38, 3 is 0F 3A. */
    final int map;

    /** 1 stands for the prefix 66, 0 for none. */
    final int prefix;

    final int opcode;

    Instruction(int map, int prefix, int opcode) {
        this.map = map;
        this.prefix = prefix;
        this.opcode = opcode;
    }
}
