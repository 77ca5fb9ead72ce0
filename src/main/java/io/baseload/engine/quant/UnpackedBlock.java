package io.baseload.engine.quant;

/** A decoded block of a file: codes as stored by {@link io.baseload.engine.tensor.Codes}, and the scales of its groups. */
final class UnpackedBlock {
    /** The most elements of a block in any format. */
    static final int MAX_WEIGHTS = 256;

    final byte[] codes = new byte[MAX_WEIGHTS];
    final float[] scales = new float[MAX_WEIGHTS / 16];
    final float[] minimums = new float[MAX_WEIGHTS / 16];
}
