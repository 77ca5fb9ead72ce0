package io.baseload.engine.model;

import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.Routing;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.model.GatedFeedForward.GatedWeights;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.PackedMatrix;
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
 * Rows are gathered by expert ({@link Dispatch}), then all workers share the panels of all experts that have rows, as if these were one matrix. A row's sum is over its experts in descending
 * order of weight, so it doesn't depend on the other rows.
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
        PromptForm form = prepare(worker, places, weights.gate(), PromptForm.PLAIN);
        multiply(worker, dispatch, places, weights.gate(), gate);
        prepare(worker, places, weights.up(), form);
        multiply(worker, dispatch, places, weights.up(), up);
        activate(worker, dispatch);
        worker.await();
        prepare(worker, gate, weights.down(), PromptForm.PLAIN);
        multiply(worker, dispatch, gate, weights.down(), places);
        worker.await();
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

    /** As {@link Linear#prepare}. If experts have different forms, those of another form than the first read F32. */
    private PromptForm prepare(Worker worker, Rows x, Linear[] experts, PromptForm present) {
        for (Linear expert : experts) {
            PromptForm form = expert.prepare(worker, x, worker.rows() * chosen, present);
            if (form != PromptForm.PLAIN) {
                return form;
            }
        }
        return PromptForm.PLAIN;
    }

    private static void multiply(Worker worker, Dispatch dispatch, Rows x, Linear[] experts, Rows y) {
        for (int e = 0; e < experts.length; e++) {
            int panels = experts[e].weight().panels();
            int first = dispatch.firstPanel(e, panels, worker.index(), worker.workers());
            int end = dispatch.firstPanel(e, panels, worker.index() + 1, worker.workers());
            if (first < end) {
                experts[e].multiply(
                        worker, x, y, dispatch.start(e), dispatch.decodeStart(e), dispatch.start(e + 1), first, end);
            }
        }
    }

    /** gate = unit(gate, up), in the panels of both that this worker has computed itself. */
    private void activate(Worker worker, Dispatch dispatch) {
        int width = config.width();
        int panels = PackedMatrix.panels(width);
        for (int e = 0; e < dispatch.experts(); e++) {
            int first = dispatch.firstPanel(e, panels, worker.index(), worker.workers());
            int end = dispatch.firstPanel(e, panels, worker.index() + 1, worker.workers());
            if (first < end) {
                activate(
                        worker,
                        dispatch.start(e),
                        dispatch.start(e + 1),
                        first * PackedMatrix.LANES,
                        Math.min(end * PackedMatrix.LANES, width));
            }
        }
        worker.did(Operator.NORMS_AND_ROTARY);
    }

    private void activate(Worker worker, int from, int to, int first, int end) {
        if (config.limit() > 0) {
            worker.kernels.clampedSiluMultiply(gate, up, config.limit(), from, to, first, end);
        } else {
            worker.kernels.siluMultiply(gate, up, from, to, first, end);
        }
    }

    /** out += Σ factor · result, in the columns of this worker. */
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
