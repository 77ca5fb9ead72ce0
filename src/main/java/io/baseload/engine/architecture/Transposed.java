package io.baseload.engine.architecture;

import io.baseload.engine.quant.RowSource;

/** The columns of a matrix as rows. The whole matrix is read when the first of them is requested. */
final class Transposed implements RowSource.FloatRow {
    private final RowSource source;
    private float[] values = {};

    Transposed(RowSource source) {
        this.source = source;
    }

    @Override
    public void fill(int row, float[] out) {
        float[] all = values();
        for (int i = 0; i < source.rows(); i++) {
            out[i] = all[i * source.cols() + row];
        }
    }

    private synchronized float[] values() {
        if (values.length == 0) {
            float[] read = new float[Math.multiplyExact(source.rows(), source.cols())];
            for (int row = 0; row < source.rows(); row++) {
                source.read(row, read, row * source.cols());
            }
            values = read;
        }
        return values;
    }
}
