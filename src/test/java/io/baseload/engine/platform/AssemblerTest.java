package io.baseload.engine.platform;

import static io.baseload.engine.platform.Assembler.Integer64.R10;
import static io.baseload.engine.platform.Assembler.Integer64.R11;
import static io.baseload.engine.platform.Assembler.Integer64.R8;
import static io.baseload.engine.platform.Assembler.Integer64.RAX;
import static io.baseload.engine.platform.Assembler.Integer64.RCX;
import static io.baseload.engine.platform.Assembler.Integer64.RDI;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Assembler.broadcast;
import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.platform.Assembler.Vector;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each encoding is that of GNU's assembler 2.40 with {@code {vex3}} or {@code {evex}} and {@code {disp32}}. */
class AssemblerTest {
    private static Vector v(int number) {
        return new Vector(number);
    }

    private static void assertCode(int bits, Consumer<Assembler> instruction, String bytes) {
        var assembler = new Assembler(bits);
        instruction.accept(assembler);
        assertThat(HexFormat.ofDelimiter(" ").formatHex(assembler.code())).isEqualTo(bytes);
    }

    @Test
    void vectorsOf256Bits() {
        assertCode(256, a -> a.vector(Instruction.VMOVUPS, v(3), at(RAX, 288)), "c4 e1 7c 10 98 20 01 00 00");
        assertCode(256, a -> a.store(at(RDI, 0x180), v(12)), "c4 61 7c 11 a7 80 01 00 00");
        assertCode(256, a -> a.vector(Instruction.VPAND, v(9), v(9), at(RDI, 128)), "c4 61 35 db 8f 80 00 00 00");
        assertCode(256, a -> a.shiftRight(v(10), v(9), 4), "c4 c1 2d 72 d1 04");
        assertCode(256, a -> a.shiftLeft(v(13), v(13), 3), "c4 c1 15 72 f5 03");
        assertCode(256, a -> a.vector(Instruction.VPBROADCASTD, v(12), at(RDX, 36)), "c4 62 7d 58 a2 24 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VPMADDUBSW, v(13), v(8), v(12)), "c4 42 3d 04 ec");
        assertCode(256, a -> a.vector(Instruction.VPADDW, v(1), v(1), v(13)), "c4 c1 75 fd cd");
        assertCode(256, a -> a.vector(Instruction.VPMADDWD, v(1), v(1), at(RDI, 192)), "c4 e1 75 f5 8f c0 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VPDPBUSD, v(1), v(8), v(12)), "c4 c2 3d 50 cc");
        assertCode(256, a -> a.vector(Instruction.VPSHUFB, v(8), v(14), v(8)), "c4 42 0d 00 c0");
        assertCode(256, a -> a.vector(Instruction.VCVTDQ2PS, v(1), v(1)), "c4 e1 7c 5b c9");
        assertCode(256, a -> a.vector(Instruction.VCVTPH2PS, v(8), at(R10, 16)), "c4 42 7d 13 82 10 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VPMOVSXBD, v(8), at(R10, 8)), "c4 42 7d 21 82 08 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VPMOVZXWD, v(8), at(R10, 8)), "c4 42 7d 33 82 08 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VFMADD231PS, v(15), v(1), v(8)), "c4 42 75 b8 f8");
        assertCode(256, a -> a.vector(Instruction.VFMADD213PS, v(8), v(12), v(13)), "c4 42 1d a8 c5");
        assertCode(256, a -> a.vector(Instruction.VFMSUB213PS, v(8), v(12), v(13)), "c4 42 1d aa c5");
        assertCode(256, a -> a.vector(Instruction.VPXOR, v(14), v(14), v(14)), "c4 41 0d ef f6");
        assertCode(256, a -> a.vector(Instruction.VADDPS, v(13), v(13), at(RDI, 0x400)), "c4 61 14 58 af 00 04 00 00");
        assertCode(256, a -> a.vector(Instruction.VMULPS, v(1), v(1), v(12)), "c4 c1 74 59 cc");
        assertCode(256, a -> a.vector(Instruction.VPADDD, v(1), v(1), v(12)), "c4 c1 75 fe cc");
    }

    @Test
    void requestsOfLines() {
        assertCode(256, a -> a.prefetch(at(R10, 64)), "41 0f 18 8a 40 00 00 00");
    }

    @Test
    void shuffles() {
        assertCode(512, a -> a.vector(Instruction.VPERMT2D, v(3), v(20), at(RAX, 64)), "62 f2 5d 40 7e 98 40 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VPUNPCKLDQ, v(9), v(3), at(RAX, 32)), "c4 61 65 62 88 20 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VPUNPCKHDQ, v(9), v(3), v(12)), "c4 41 65 6a cc");
        assertCode(256, a -> a.vector(Instruction.VPUNPCKLQDQ, v(9), v(3), v(12)), "c4 41 65 6c cc");
        assertCode(256, a -> a.vector(Instruction.VPUNPCKHQDQ, v(9), v(3), v(12)), "c4 41 65 6d cc");
        assertCode(256, a -> a.halves(v(9), v(3), v(12), false), "c4 43 65 46 cc 20");
        assertCode(256, a -> a.halves(v(9), v(3), v(12), true), "c4 43 65 46 cc 31");
    }

    @Test
    void exchangesOfInts() {
        assertCode(256, a -> a.exchange(v(9), v(12), 4), "c4 43 1d 46 cc 01");
        assertCode(256, a -> a.exchange(v(9), v(12), 2), "c4 41 7d 70 cc 4e");
        assertCode(256, a -> a.exchange(v(9), v(12), 1), "c4 41 7d 70 cc b1");
        assertCode(512, a -> a.exchange(v(19), v(28), 8), "62 83 1d 40 43 dc 4e");
        assertCode(512, a -> a.exchange(v(19), v(28), 4), "62 83 1d 40 43 dc b1");
        assertCode(512, a -> a.exchange(v(19), v(28), 2), "62 81 7d 48 70 dc 4e");
        assertCode(512, a -> a.exchange(v(19), v(28), 1), "62 81 7d 48 70 dc b1");
    }

    @Test
    void softmax() {
        assertCode(256, a -> a.vector(Instruction.VPOR, v(9), v(10), at(RDX, 128)), "c4 61 2d eb 8a 80 00 00 00");
        assertCode(256, a -> a.vector(Instruction.VSUBPS, v(3), v(12), v(9)), "c4 c1 1c 5c d9");
        assertCode(256, a -> a.vector(Instruction.VMAXPS, v(3), v(3), at(R10, 32)), "c4 c1 64 5f 9a 20 00 00 00");
        assertCode(256, a -> a.storeFirst(at(RSI, 32), v(3)), "c4 e1 7a 11 9e 20 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VPOR, v(9), v(25), at(RDX, 128)), "62 71 35 40 eb 8a 80 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VSUBPS, v(3), v(12), v(29)), "62 91 1c 48 5c dd");
        assertCode(512, a -> a.vector(Instruction.VMAXPS, v(19), v(3), at(R10, 64)), "62 c1 64 48 5f 9a 40 00 00 00");
        assertCode(512, a -> a.storeFirst(at(RSI, 32), v(19)), "62 e1 7e 08 11 9e 20 00 00 00");
    }

    @Test
    void jumps() {
        assertCode(
                256,
                a -> {
                    int jump = a.jumpIfZero(R8);
                    a.add(RDX, R11);
                    a.land(jump);
                    a.add(RDX, R11);
                },
                "4d 85 c0 0f 84 03 00 00 00 4c 01 da 4c 01 da");
    }

    @Test
    void vectorsOf512Bits() {
        assertCode(512, a -> a.vector(Instruction.VMOVUPS, v(19), at(RAX, 288)), "62 e1 7c 48 10 98 20 01 00 00");
        assertCode(512, a -> a.store(at(RDI, 0x180), v(28)), "62 61 7c 48 11 a7 80 01 00 00");
        assertCode(512, a -> a.vector(Instruction.VPAND, v(9), v(25), at(RDI, 128)), "62 71 35 40 db 8f 80 00 00 00");
        assertCode(512, a -> a.shiftRight(v(26), v(9), 4), "62 d1 2d 40 72 d1 04");
        assertCode(512, a -> a.shiftLeft(v(3), broadcast(RCX, 16), 3), "62 f1 65 58 72 b1 10 00 00 00 03");
        assertCode(512, a -> a.vector(Instruction.VPBROADCASTD, v(12), at(RDX, 36)), "62 72 7d 48 58 a2 24 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VPMADDUBSW, v(13), v(8), v(28)), "62 12 3d 48 04 ec");
        assertCode(512, a -> a.vector(Instruction.VPADDW, v(17), v(1), v(13)), "62 c1 75 48 fd cd");
        assertCode(
                512,
                a -> a.vector(Instruction.VPDPBUSD, v(7), v(24), broadcast(RDX, 36)),
                "62 f2 3d 50 50 ba 24 00 00 00");
        assertCode(
                512,
                a -> a.vector(Instruction.VPDPWSSD, v(7), v(24), broadcast(RDX, 36)),
                "62 f2 3d 50 52 ba 24 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VPSHUFB, v(8), v(14), v(8)), "62 52 0d 48 00 c0");
        assertCode(512, a -> a.vector(Instruction.VCVTDQ2PS, v(17), v(17)), "62 a1 7c 48 5b c9");
        assertCode(512, a -> a.vector(Instruction.VCVTPH2PS, v(8), at(R10, 16)), "62 52 7d 48 13 82 10 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VPMOVSXBD, v(8), at(R10, 8)), "62 52 7d 48 21 82 08 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VPMOVZXWD, v(8), at(R10, 8)), "62 52 7d 48 33 82 08 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VFMADD231PS, v(30), v(1), v(8)), "62 42 75 48 b8 f0");
        assertCode(
                512,
                a -> a.vector(Instruction.VFMADD231PS, v(30), v(1), broadcast(R8, 68)),
                "62 42 75 58 b8 b0 44 00 00 00");
        assertCode(
                512,
                a -> a.vector(Instruction.VFMSUB213PS, v(8), v(9), broadcast(RCX, 44)),
                "62 72 35 58 aa 81 2c 00 00 00");
        assertCode(512, a -> a.vector(Instruction.VPXOR, v(14), v(14), v(14)), "62 51 0d 48 ef f6");
    }

    @Test
    void integers() {
        assertCode(256, a -> a.load(RSI, at(RDI, 40)), "48 8b b7 28 00 00 00");
        assertCode(256, a -> a.store(at(RDI, 32), RAX), "48 89 87 20 00 00 00");
        assertCode(256, a -> a.address(RSI, at(RDI, 0x1400)), "48 8d b7 00 14 00 00");
        assertCode(256, a -> a.add(RAX, at(RDI, 0)), "48 03 87 00 00 00 00");
        assertCode(256, a -> a.add(RDX, R11), "4c 01 da");
        assertCode(256, a -> a.add(R10, 0x120), "49 81 c2 20 01 00 00");
        assertCode(256, a -> a.addTo(at(RDI, 0), RAX), "48 01 87 00 00 00 00");
        assertCode(256, a -> a.loop(R8, 0), "49 ff c8 0f 85 f7 ff ff ff");
        assertCode(256, a -> a.loop(at(RDI, 32), 0), "48 ff 8f 20 00 00 00 0f 85 f3 ff ff ff");
    }
}
