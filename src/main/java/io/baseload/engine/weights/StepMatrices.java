package io.baseload.engine.weights;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Routing;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Records, while a model is loaded, the matrices by which a step multiplies: those for all rows, and those of experts, of which some are chosen for each row. The embedding is one of them
 * only if it is also the head.
 */
public final class StepMatrices implements Weights {
    private final Weights weights;
    private final boolean tied;
    private final List<PackedMatrix> shared = new ArrayList<>();
    private final List<PackedMatrix> experts = new ArrayList<>();
    private final Set<Packing> perHead = new HashSet<>();
    private final Optional<Routing> routing;

    public StepMatrices(ModelConfig config, Weights weights) {
        this.weights = weights;
        this.tied = config.tied();
        this.routing = config.routing();
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        PackedMatrix matrix = weights.matrix(name, rows, cols);
        if (name.contains(".experts.")) {
            experts.add(matrix);
        } else if (tied || !name.equals("embedding")) {
            shared.add(matrix);
        }
        if (name.contains(".heads.")) {
            perHead.add(matrix.packing());
        }
        return matrix;
    }

    @Override
    public float[] vector(String name, int length) {
        return weights.vector(name, length);
    }

    /** The matrices for all rows. */
    public List<PackedMatrix> shared() {
        return List.copyOf(shared);
    }

    /** The matrices of all experts. */
    public List<PackedMatrix> experts() {
        return List.copyOf(experts);
    }

    /** All of their packings. */
    public Set<Packing> packings() {
        return Stream.concat(shared.stream(), experts.stream())
                .map(PackedMatrix::packing)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The packings of matrices for single heads. */
    public Set<Packing> perHead() {
        return Set.copyOf(perHead);
    }

    /** The expected fraction of experts that at least one of {@code rows} rows chooses, if all are equally likely. */
    public double chosen(int rows) {
        return routing.map(mixture -> 1 - Math.pow(1 - (double) mixture.chosen() / mixture.experts(), rows))
                .orElse(0.0);
    }
}
