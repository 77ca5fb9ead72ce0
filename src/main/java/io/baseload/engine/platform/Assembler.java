package io.baseload.engine.platform;

import java.util.Arrays;

/**
 * Writes machine code for x86-64: the few instructions that kernels need.
 *
 * <p>Vector instructions are encoded with VEX for registers of 256 bits, and with EVEX for those of 512, of which there are 32 and which can broadcast a number of memory. Integer instructions have
 * 64 bits. Addresses are a register plus a displacement of 32 bits. Encodings are those of volume 2 of Intel's manual.
 */
public final class Assembler {
    /** Registers for integers that a called function may change (System V ABI). The first contains the function's argument. */
    public enum Integer64 {
        RDI(7),
        RAX(0),
        RCX(1),
        RDX(2),
        RSI(6),
        R8(8),
        R9(9),
        R10(10),
        R11(11);

        private final int number;

        Integer64(int number) {
            this.number = number;
        }
    }

    /** The last source of an instruction. */
    public sealed interface Source {}

    /** A vector register. */
    public record Vector(int number) implements Source {}

    /**
     * Memory.
     *
     * @param broadcast whether a single number is meant for all elements; only with 512 bits
     */
    public record Memory(Integer64 base, int displacement, boolean broadcast) implements Source {}

    private static final int REX = 0x40;
    private static final int REX_W = 0x48;
    private static final int MAX_JUMP_BYTES = 4;

    private final boolean evex;
    private byte[] code = new byte[1 << 12];
    private int size;

    /** @param bits of a vector: 256 or 512 */
    public Assembler(int bits) {
        this.evex = bits == 512;
    }

    /** Bytes of a vector. */
    public int bytes() {
        return evex ? 64 : 32;
    }

    /** The code so far. */
    public byte[] code() {
        return Arrays.copyOf(code, size);
    }

    public static Memory at(Integer64 base, int displacement) {
        return new Memory(base, displacement, false);
    }

    /** One number for all elements. */
    public static Memory broadcast(Integer64 base, int displacement) {
        return new Memory(base, displacement, true);
    }

    /** {@code to = instruction(first, last)}. */
    public void vector(Instruction instruction, Vector to, Vector first, Source last) {
        vector(instruction.map, instruction.prefix, instruction.opcode, to.number, first.number, last);
    }

    /** {@code to = instruction(source)}. */
    public void vector(Instruction instruction, Vector to, Source source) {
        vector(instruction.map, instruction.prefix, instruction.opcode, to.number, 0, source);
    }

    /** VMOVUPS to memory. */
    public void store(Memory to, Vector from) {
        vector(1, 0, 0x11, from.number, 0, to);
    }

    /** VPSRLD: unsigned integers of 32 bits shifted to lower bits. */
    public void shiftRight(Vector to, Vector from, int bits) {
        vector(1, 1, 0x72, 2, to.number, from);
        write(bits);
    }

    /** VPSLLD: integers of 32 bits shifted to higher bits. Memory as a source needs 512 bits. */
    public void shiftLeft(Vector to, Source from, int bits) {
        vector(1, 1, 0x72, 6, to.number, from);
        write(bits);
    }

    /** VPERM2I128: 128 bits of two sources, the first of each ({@code high} false) or the second. Only with 256 bits. */
    public void halves(Vector to, Vector first, Vector second, boolean high) {
        vector(3, 1, 0x46, to.number, first.number, second);
        write(high ? 0x31 : 0x20);
    }

    /** VMOVSS to memory: the first number only. */
    public void storeFirst(Memory to, Vector from) {
        vector(1, 2, 0x11, from.number, 0, to, 0);
    }

    /** VSHUFI32X4, VPERM2I128 or VPSHUFD: exchanges neighbouring groups of 1, 2 or 4 ints; with 512 bits also of 8. */
    public void exchange(Vector to, Vector from, int ints) {
        int pairs = ints == 2 || ints == 8 ? 0x4E : 0xB1;
        if (ints < 4) {
            vector(1, 1, 0x70, to.number, 0, from);
        } else {
            vector(3, 1, evex ? 0x43 : 0x46, to.number, from.number, from);
        }
        write(ints < 4 || evex ? pairs : 0x01);
    }

    private void vector(int map, int prefix, int opcode, int register, int first, Source last) {
        vector(map, prefix, opcode, register, first, last, evex ? 2 : 1);
    }

    /** @param length 2 stands for 512 bits, 1 for 256, 0 for 128 or a single number */
    private void vector(int map, int prefix, int opcode, int register, int first, Source last, int length) {
        int number = number(last);
        if (evex) {
            int broadcast = last instanceof Memory memory && memory.broadcast ? 1 : 0;
            int high = last instanceof Vector ? number >> 4 & 1 : 0;
            write(0x62);
            write((~register >> 3 & 1) << 7
                    | (~high & 1) << 6
                    | (~number >> 3 & 1) << 5
                    | (~register >> 4 & 1) << 4
                    | map);
            write((~first & 15) << 3 | 1 << 2 | prefix);
            write(length << 5 | broadcast << 4 | (~first >> 4 & 1) << 3);
        } else {
            write(0xC4);
            write((~register >> 3 & 1) << 7 | 1 << 6 | (~number >> 3 & 1) << 5 | map);
            write((~first & 15) << 3 | length << 2 | prefix);
        }
        write(opcode);
        operand(register, last);
    }

    private static int number(Source source) {
        return switch (source) {
            case Vector vector -> vector.number;
            case Memory memory -> memory.base.number;
        };
    }

    /** A register and another one, or memory with a displacement of 32 bits. */
    private void operand(int register, Source source) {
        int low = number(source) & 7;
        switch (source) {
            case Vector vector -> write(3 << 6 | (register & 7) << 3 | low);
            case Memory memory -> {
                write(2 << 6 | (register & 7) << 3 | low);
                integer(memory.displacement);
            }
        }
    }

    /** MOV from memory. */
    public void load(Integer64 to, Memory from) {
        integers(0x8B, to.number, from);
    }

    /** MOV to memory. */
    public void store(Memory to, Integer64 from) {
        integers(0x89, from.number, to);
    }

    /** LEA: the address itself. */
    public void address(Integer64 to, Memory of) {
        integers(0x8D, to.number, of);
    }

    /** {@code to += from}. */
    public void add(Integer64 to, Memory from) {
        integers(0x03, to.number, from);
    }

    /** {@code to += from}. */
    public void add(Integer64 to, Integer64 from) {
        write(REX_W | (from.number >> 3) << 2 | to.number >> 3);
        write(0x01);
        write(3 << 6 | (from.number & 7) << 3 | to.number & 7);
    }

    /** {@code to += number}. */
    public void add(Integer64 to, int number) {
        write(REX_W | to.number >> 3);
        write(0x81);
        write(3 << 6 | to.number & 7);
        integer(number);
    }

    /** {@code to += from} in memory. */
    public void addTo(Memory to, Integer64 from) {
        integers(0x01, from.number, to);
    }

    private void integers(int opcode, int register, Memory memory) {
        write(REX_W | (register >> 3) << 2 | memory.base.number >> 3);
        write(opcode);
        operand(register, memory);
    }

    /** PREFETCHT0: requests a line of memory. Doesn't fail, whatever the address. */
    public void prefetch(Memory line) {
        write(REX | line.base.number >> 3);
        write(0x0F);
        write(0x18);
        operand(1, line);
    }

    /** The position of the next instruction. */
    public int position() {
        return size;
    }

    /** Decrements a counter and jumps back to a position unless it is zero. */
    public void loop(Integer64 counter, int position) {
        write(REX_W | counter.number >> 3);
        write(0xFF);
        write(3 << 6 | 1 << 3 | counter.number & 7);
        jump(position);
    }

    /** The same with a counter in memory. */
    public void loop(Memory counter, int position) {
        integers(0xFF, 1, counter);
        jump(position);
    }

    /** JNZ. */
    private void jump(int position) {
        write(0x0F);
        write(0x85);
        integer(position - size - MAX_JUMP_BYTES);
    }

    /** Jumps forward if a register is zero, to where {@link #land} is called with the result. */
    public int jumpIfZero(Integer64 register) {
        write(REX_W | (register.number >> 3) << 2 | register.number >> 3);
        write(0x85);
        write(3 << 6 | (register.number & 7) << 3 | register.number & 7);
        write(0x0F);
        write(0x84);
        integer(0);
        return size;
    }

    /** Lets a jump end here. */
    public void land(int jump) {
        int distance = size - jump;
        size = jump - MAX_JUMP_BYTES;
        integer(distance);
        size = jump + distance;
    }

    /** VZEROUPPER, without which the caller's SSE instructions would be slow, and RET. */
    public void returns() {
        write(0xC5);
        write(0xF8);
        write(0x77);
        write(0xC3);
    }

    private void integer(int number) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            write(number >> shift);
        }
    }

    private void write(int number) {
        if (size == code.length) {
            code = Arrays.copyOf(code, 2 * size);
        }
        code[size++] = (byte) number;
    }
}
