package io.baseload.engine.weights;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Routing;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Notes the matrices that a step multiplies with, while a model is loaded: those that every row goes through, and those of experts, of which each row chooses some.
 * The embedding is one of them only if it is the head too.
 */
public final class StepMatrices implements Weights {
    private final Weights weights;
    private final boolean tied;
    private final List<PackedMatrix> shared = new ArrayList<>();
    private final List<PackedMatrix> experts = new ArrayList<>();
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
        return matrix;
    }

    @Override
    public float[] vector(String name, int length) {
        return weights.vector(name, length);
    }

    /** Those that every row goes through. */
    public List<PackedMatrix> shared() {
        return List.copyOf(shared);
    }

    /** Those of all experts. */
    public List<PackedMatrix> experts() {
        return List.copyOf(experts);
    }

    /** How they are packed, each way once. */
    public Set<Packing> packings() {
        return Stream.concat(shared.stream(), experts.stream())
                .map(PackedMatrix::packing)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The part of all experts that is expected to be chosen by one or more of so many rows, if each is as likely as any other. */
    public double chosen(int rows) {
        return routing.map(mixture -> 1 - Math.pow(1 - (double) mixture.chosen() / mixture.experts(), rows))
                .orElse(0.0);
    }
}
