package io.baseload.engine.quant;

/** A block of a file taken apart: codes as {@link io.baseload.engine.tensor.Codes} stores them, and the scales of its groups. */
final class UnpackedBlock {
    /** The most elements of any file's block. */
    static final int MAX_WEIGHTS = 256;

    final byte[] codes = new byte[MAX_WEIGHTS];
    final float[] scales = new float[MAX_WEIGHTS / 16];
    final float[] minimums = new float[MAX_WEIGHTS / 16];
}
