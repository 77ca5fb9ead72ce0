package io.baseload.engine.platform;

import static io.baseload.engine.platform.Assembler.Integer64.RDI;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;

import io.baseload.engine.platform.Assembler.Vector;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

/**
 * Converts F16 numbers to floats in machine code, by VCVTPH2PS, which the Vector API doesn't generate. Gives the bits of {@link Float#float16ToFloat}. Vectors of 256 bits, because the stores
 * take the time, and they aren't faster with 512.
 */
public final class HalfConversion {
    /** Numbers are converted in multiples of this. */
    public static final int UNIT = 32;

    private static final int BITS = 256;
    private static final int LANES = BITS / Float.SIZE;

    private final MachineCode code;

    private HalfConversion() {
        code = MachineCode.of(write());
    }

    /** Empty where there is no such code. */
    public static Optional<HalfConversion> available() {
        return Machine.CONVERSION;
    }

    private static final class Machine {
        static final Optional<HalfConversion> CONVERSION =
                VectorInstructions.best(BITS).map(set -> new HalfConversion());
    }

    /** Arguments are the addresses of halves and floats, and the number of units. */
    private static byte[] write() {
        var code = new Assembler(BITS);
        int loop = code.position();
        for (int i = 0; i < UNIT / LANES; i++) {
            var floats = new Vector(i);
            code.vector(Instruction.VCVTPH2PS, floats, at(RDI, i * LANES * Short.BYTES));
            code.store(at(RSI, i * LANES * Float.BYTES), floats);
        }
        code.add(RDI, UNIT * Short.BYTES);
        code.add(RSI, UNIT * Float.BYTES);
        code.loop(RDX, loop);
        code.returns();
        return code.code();
    }

    /**
     * @param from native memory
     * @param count a positive multiple of {@link #UNIT}
     * @param to native memory
     * @throws IllegalArgumentException if count or memory isn't such
     * @throws IndexOutOfBoundsException if the memory has fewer numbers
     * @throws IllegalStateException if it has been freed
     */
    public void convert(MemorySegment from, long offset, int count, MemorySegment to) {
        if (count <= 0 || count % UNIT != 0 || !from.isNative() || !to.isNative()) {
            throw new IllegalArgumentException("%d numbers from %s to %s".formatted(count, from, to));
        }
        MachineCode.requireAlive(from, "the halves");
        MachineCode.requireAlive(to, "the floats");
        Objects.checkFromIndexSize(offset, (long) Short.BYTES * count, from.byteSize());
        Objects.checkFromIndexSize(0, (long) Float.BYTES * count, to.byteSize());
        code.call(from.address() + offset, to.address(), count / UNIT);
    }
}
