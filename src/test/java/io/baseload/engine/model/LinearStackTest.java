package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.RandomWeights;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.tensor.Scales;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers whose kernels read the rows of a prompt in different forms. */
@Tag("kernel")
class LinearStackTest {
    private static final int COLUMNS = 256;
    private static final int PROMPT = 9;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(5);
    private final Linear[] layers = Stream.of(
                    Packing.Q4_0,
                    new Packing(Codes.I8, 16, Scales.F32),
                    new Packing(Codes.NF4, 64, Scales.LINEAR8),
                    Packing.BF16,
                    Packing.Q8_0)
            .map(packing -> random.matrix(memory, packing, 16 * 5, COLUMNS))
            .map(w -> new Linear(w, Linear.NO_BIAS, Operator.linear(w.packing().codes())))
            .toArray(Linear[]::new);

    /** Without pages: these layers don't read any. */
    private final PageTable table = new KvCache(
                    KvPages.allocate(memory, 1, new KvLayout(1, 1, 16, 16, 0, KvPrecision.F32, false)), false)
            .table(PROMPT, CacheScope.PRIVATE);

    @AfterEach
    void free() {
        memory.close();
    }

    @ParameterizedTest
    @EnumSource
    void eachLayerReadsItsOwnForm(Precision precision) {
        Rows x = random.rows(PROMPT, COLUMNS);
        Rows[] alone = outputs();
        for (int i = 0; i < layers.length; i++) {
            Linear layer = layers[i];
            Rows y = alone[i];
            run(precision, 1, worker -> layer.apply(worker, x, y));
        }
        Rows[] together = outputs();
        run(precision, 2, worker -> new LinearStack(layers, together).apply(worker, x));
        for (int i = 0; i < layers.length; i++) {
            assertThat(together[i].data())
                    .as("%s", layers[i].weight().packing())
                    .containsExactly(alone[i].data());
        }
    }

    private Rows[] outputs() {
        return Stream.of(layers)
                .map(layer -> Rows.allocate(PROMPT, layer.rows()))
                .toArray(Rows[]::new);
    }

    private void run(Precision precision, int count, Consumer<Worker> step) {
        Batch batch = new Batch(PROMPT, 1, 1);
        batch.addPrefill(table, new int[PROMPT], 0, PROMPT, PROMPT);
        new LinearWorkers(memory, COLUMNS).run(Kernels.best(precision), batch, PROMPT, count, step);
    }
}
