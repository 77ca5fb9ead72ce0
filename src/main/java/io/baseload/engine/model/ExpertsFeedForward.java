package io.baseload.engine.model;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.Routing;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.model.GatedFeedForward.GatedWeights;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.Weights;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A mixture of experts (Shazeer et al., 2017):
 *
 * <pre>
 * out = shared(x) + Σ weight_e · expert_e(x)     over the experts that the router chooses for each row
 * expert_e(x) = Down_e·(unit(Gate_e·x, Up_e·x))
 * </pre>
 *
 * Rows are gathered by expert ({@link Dispatch}), then all workers share the panels of each expert that has rows. A row's sum is over its experts in descending order of weight, so it
 * doesn't depend on the other rows.
 */
final class ExpertsFeedForward implements Block {
    private final ExpertsWeights weights;
    private final Experts config;
    private final int chosen;
    private final Optional<Block> shared;

    /** The router's outputs. */
    private final Rows routed;

    /** {@code [row][chosen]}: the experts of each row, and the factors of their results. */
    private final int[] choices;

    private final float[] factors;

    /** The experts' inputs, in the order of {@link Dispatch}; later their outputs. */
    private final Rows places;

    private final Rows gate;
    private final Rows up;
    private final Router[] routers;
    private final Dispatch[] dispatches;

    ExpertsFeedForward(ExpertsWeights weights, Workspace workspace) {
        this.weights = weights;
        config = weights.config();
        Routing routing = config.routing();
        chosen = routing.chosen();
        shared = weights.shared().map(gated -> gated.bind(workspace));
        int rows = workspace.limits().rows();
        routed = workspace.rows("routed", routing.outputs());
        choices = new int[rows * chosen];
        factors = new float[rows * chosen];
        places = workspace.rows("places", rows * chosen, weights.router().cols());
        gate = workspace.rows("expert gate", rows * chosen, config.width());
        up = workspace.rows("expert up", rows * chosen, config.width());
        int workers = workspace.limits().workers();
        routers = IntStream.range(0, workers)
                .mapToObj(i -> new Router(routing, weights.correction()))
                .toArray(Router[]::new);
        dispatches = IntStream.range(0, workers)
                .mapToObj(i -> new Dispatch(rows, routing.experts(), chosen))
                .toArray(Dispatch[]::new);
    }

    @Override
    public void run(Worker worker, Rows x, Rows out) {
        int first = worker.firstColumn(out.width());
        int end = worker.endColumn(out.width());
        if (shared.isPresent()) {
            shared.get().run(worker, x, out);
        } else {
            clear(out, worker.rows(), first, end);
        }
        weights.router().apply(worker, x, routed);
        worker.await();
        choose(worker);
        worker.did(Operator.ROUTING);
        worker.await();
        Dispatch dispatch = dispatches[worker.index()];
        dispatch.plan(choices, worker.batch.prefillRows(), worker.rows());
        gather(worker, x, dispatch);
        worker.did(Operator.ROUTING);
        worker.await();
        if (!prepare(worker, places, weights.gate())) {
            prepare(worker, places, weights.up());
        }
        unit(worker, dispatch);
        worker.await();
        prepare(worker, gate, weights.down());
        down(worker, dispatch);
        combine(worker.rows(), dispatch, out, first, end);
        worker.did(Operator.ROUTING);
    }

    private static void clear(Rows out, int rows, int first, int end) {
        for (int row = 0; row < rows; row++) {
            Arrays.fill(out.data(), out.at(row) + first, out.at(row) + end, 0f);
        }
    }

    private void choose(Worker worker) {
        Router router = routers[worker.index()];
        int end = worker.to(worker.rows());
        for (int row = worker.from(worker.rows()); row < end; row++) {
            router.choose(routed.data(), routed.at(row), choices, factors, row * chosen);
        }
    }

    /** Copies each row to the places of its experts. */
    private void gather(Worker worker, Rows x, Dispatch dispatch) {
        int pairs = worker.rows() * chosen;
        int end = worker.to(pairs);
        for (int i = worker.from(pairs); i < end; i++) {
            int place = dispatch.place(i / chosen, i % chosen);
            System.arraycopy(x.data(), x.at(i / chosen), places.data(), places.at(place), places.width());
        }
    }

    private boolean prepare(Worker worker, Rows x, Linear[] experts) {
        for (Linear expert : experts) {
            if (expert.prepare(worker, x, worker.rows() * chosen, PromptForm.PLAIN) != PromptForm.PLAIN) {
                return true;
            }
        }
        return false;
    }

    private void unit(Worker worker, Dispatch dispatch) {
        int first = worker.firstColumn(config.width());
        int end = worker.endColumn(config.width());
        for (int e = 0; e < weights.gate().length; e++) {
            int from = dispatch.start(e);
            int to = dispatch.start(e + 1);
            if (from < to) {
                weights.gate()[e].multiply(worker, places, gate, from, dispatch.decodeStart(e), to);
                weights.up()[e].multiply(worker, places, up, from, dispatch.decodeStart(e), to);
                activate(worker, from, to, first, end);
                worker.did(Operator.NORMS_AND_ROTARY);
            }
        }
    }

    private void activate(Worker worker, int from, int to, int first, int end) {
        if (config.limit() > 0) {
            worker.kernels.clampedSiluMultiply(gate, up, config.limit(), from, to, first, end);
        } else {
            worker.kernels.siluMultiply(gate, up, from, to, first, end);
        }
    }

    private void down(Worker worker, Dispatch dispatch) {
        for (int e = 0; e < weights.down().length; e++) {
            int from = dispatch.start(e);
            int to = dispatch.start(e + 1);
            if (from < to) {
                weights.down()[e].multiply(worker, gate, places, from, dispatch.decodeStart(e), to);
            }
        }
    }

    /** out += Σ factor · result, in the columns of this worker, which it has computed itself. */
    private void combine(int rows, Dispatch dispatch, Rows out, int first, int end) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < chosen; i++) {
                int place = places.at(dispatch.place(row, i));
                addScaled(
                        places.data(),
                        place + first,
                        factors[row * chosen + i],
                        out.data(),
                        out.at(row) + first,
                        end - first);
            }
        }
    }

    private static void addScaled(float[] x, int xAt, float factor, float[] y, int yAt, int width) {
        for (int i = 0; i < width; i++) {
            y[yAt + i] += factor * x[xAt + i];
        }
    }

    /**
     * The weights of a mixture of experts.
     *
     * @param correction added to scores for the choice; empty for none
     * @param gate one matrix for each expert, as in {@code up} and {@code down}
     */
    record ExpertsWeights(
            Experts config,
            Linear router,
            float[] correction,
            Linear[] gate,
            Linear[] up,
            Linear[] down,
            Optional<GatedWeights> shared)
            implements BlockWeights {
        private static final float[] NO_CORRECTION = {};

        /** @param prefix of the weights' names, with the dot */
        static ExpertsWeights load(Weights weights, String prefix, Experts config, int hidden) {
            Routing routing = config.routing();
            int experts = routing.experts();
            Linear router = Linear.load(weights, prefix + "router", routing.outputs(), hidden, routing.bias());
            float[] correction =
                    routing.corrected() ? weights.vector(prefix + "router.correction", experts) : NO_CORRECTION;
            Linear[] gate = new Linear[experts];
            Linear[] up = new Linear[experts];
            Linear[] down = new Linear[experts];
            for (int i = 0; i < experts; i++) {
                String name = prefix + "experts." + i + ".";
                gate[i] = Linear.load(weights, name + "gate", config.width(), hidden, config.bias());
                up[i] = Linear.load(weights, name + "up", config.width(), hidden, config.bias());
                down[i] = Linear.load(weights, name + "down", hidden, config.width(), config.bias());
            }
            return new ExpertsWeights(
                    config, router, correction, gate, up, down, shared(weights, prefix + "shared.", config, hidden));
        }

        private static Optional<GatedWeights> shared(Weights weights, String prefix, Experts config, int hidden) {
            if (config.sharedWidth() == 0) {
                return Optional.empty();
            }
            var gated = new Gated(config.sharedWidth(), Activation.SILU, false);
            return Optional.of(GatedWeights.load(weights, prefix, gated, hidden));
        }

        @Override
        public Block bind(Workspace workspace) {
            return new ExpertsFeedForward(this, workspace);
        }

        @Override
        public int widest() {
            int own = Math.max(router.cols(), config.width());
            return Math.max(own, shared.map(GatedWeights::widest).orElse(0));
        }
    }
}
