package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.config.Activation;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Routing;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.RandomWeights;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.model.ExpertsFeedForward.ExpertsWeights;
import io.baseload.engine.model.GatedFeedForward.GatedWeights;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.tensor.Scales;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mixture whose rows go to one expert each, beside the same experts as ordinary feed-forward layers. Kernels read gate's and up's rows of a prompt in different forms. */
@Tag("kernel")
class ExpertsFeedForwardTest {
    private static final int HIDDEN = 128;
    private static final int WIDTH = 16 * 12;
    private static final int EXPERTS = 5;
    private static final int PROMPT = 37;
    private static final int ROWS = PROMPT + 3;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(7);
    private final KvPages pages = KvPages.allocate(memory, 1, new KvLayout(1, 1, 16, 16, 0, KvPrecision.F32, false));
    private final PageTable table = new KvCache(pages, false).table(KvPages.TOKENS, CacheScope.PRIVATE);

    private final Linear[] gate = experts(Packing.Q4_0, WIDTH, HIDDEN);
    private final Linear[] up = experts(new Packing(Codes.I8, 16, Scales.F32), WIDTH, HIDDEN);
    private final Linear[] down = experts(Packing.Q8_0, HIDDEN, WIDTH);

    @AfterEach
    void free() {
        memory.close();
    }

    private Linear[] experts(Packing packing, int rows, int cols) {
        return IntStream.range(0, EXPERTS)
                .mapToObj(expert -> linear(packing, rows, cols))
                .toArray(Linear[]::new);
    }

    private Linear linear(Packing packing, int rows, int cols) {
        return new Linear(random.matrix(memory, packing, rows, cols), Linear.NO_BIAS, Operator.linear(packing.codes()));
    }

    @ParameterizedTest
    @EnumSource
    void eachRowIsThatOfItsExpert(Precision precision) {
        Routing routing = Routing.softmax(EXPERTS, 1, false, true);
        BlockWeights mixture = new ExpertsWeights(
                new Experts(routing, WIDTH, false, 0, 0),
                linear(Packing.F32, EXPERTS, HIDDEN),
                new float[0],
                gate,
                up,
                down,
                Optional.empty());
        Rows x = random.rows(ROWS, HIDDEN);
        Rows mixed = run(precision, 1, mixture, x);
        for (int workers : new int[] {2, 3, 7}) {
            assertThat(run(precision, workers, mixture, x).data()).containsExactly(mixed.data());
        }
        Rows[] alone = IntStream.range(0, EXPERTS)
                .mapToObj(e -> new GatedWeights(Activation.SILU, gate[e], up[e], down[e]))
                .map(expert -> run(precision, 1, expert, x))
                .toArray(Rows[]::new);
        for (int row = 0; row < ROWS; row++) {
            int at = row;
            assertThat(IntStream.range(0, EXPERTS).mapToDouble(e -> difference(mixed, alone[e], at)))
                    .as("row %d", row)
                    .anyMatch(difference -> difference < 1e-5);
        }
    }

    /** The largest difference in a row, relative to the row's largest number. */
    private static double difference(Rows some, Rows others, int row) {
        double most = 0;
        double largest = 0;
        for (int i = 0; i < some.width(); i++) {
            double number = some.data()[some.at(row) + i];
            most = Math.max(most, Math.abs(number - others.data()[others.at(row) + i]));
            largest = Math.max(largest, Math.abs(number));
        }
        return most / largest;
    }

    private Rows run(Precision precision, int count, BlockWeights weights, Rows x) {
        StepLimits limits = new StepLimits(ROWS, ROWS, 1, 1, count);
        RopeTables ropes = new RopeTables(new RopeFrequencies(Map.of()), limits);
        Block block = weights.bind(new Workspace(
                limits, ropes, pages, memory, AllReduces.of(1, ROWS).getFirst()));
        Batch batch = new Batch(ROWS, 1, 1);
        batch.addPrefill(table, new int[PROMPT], 0, PROMPT, PROMPT);
        for (int row = PROMPT; row < ROWS; row++) {
            batch.addDecode(table, 0, row, ROWS);
        }
        Rows out = Rows.allocate(ROWS, HIDDEN);
        new LinearWorkers(memory, WIDTH)
                .run(Kernels.best(precision), batch, ROWS, count, worker -> block.run(worker, x, out));
        return out;
    }
}
