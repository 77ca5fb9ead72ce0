package io.baseload.engine.weights;

import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.tensor.PackedMatrix;
import java.util.ArrayList;
import java.util.List;

/** Records all matrices that a family requests, by name and without data, and the number of elements in its vectors. */
public final class MatrixList implements Weights {
    private final Weights weights;
    private final List<Named> matrices = new ArrayList<>();
    private long vectorElements;

    public record Named(String name, PackedMatrix matrix) {
        /**
         * Which rows of a step are multiplied by the matrix.
         *
         * @param tied whether the embedding is the head too
         */
        public Use use(boolean tied) {
            if (name.contains(".experts.")) {
                return Use.EXPERT;
            }
            return tied || !name.equals("embedding") ? Use.SHARED : Use.LOOKED_UP;
        }
    }

    public MatrixList(Weights weights) {
        this.weights = weights;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        PackedMatrix matrix = weights.matrix(name, rows, cols);
        matrices.add(new Named(name, PackedMatrix.planned(matrix.packing(), rows, cols)));
        return matrix;
    }

    @Override
    public float[] vector(String name, int length) {
        vectorElements += length;
        return weights.vector(name, length);
    }

    public List<Named> matrices() {
        return List.copyOf(matrices);
    }

    public long vectorElements() {
        return vectorElements;
    }
}
