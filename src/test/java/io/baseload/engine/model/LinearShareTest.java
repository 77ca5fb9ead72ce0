package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.kernel.RandomWeights;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.testing.Patience;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker that is delayed in a linear layer gets help from the other, and the outputs are the same, bit for bit. */
@Tag("kernel")
class LinearShareTest {
    private static final int WIDTH = 16 * 67;
    private static final int COLUMNS = 128;

    /** Two shares of 33 and 34 panels make 5 chunks each. */
    private static final int CHUNKS = 5;

    private final NativeMemory memory = new NativeMemory();
    private final RandomWeights random = new RandomWeights(3);

    @AfterEach
    void free() {
        memory.close();
    }

    @ParameterizedTest
    @CsvSource({"EXACT, 0, 1", "FAST, 0, 1", "FAST, 0, 16", "EXACT, 9, 3", "FAST, 9, 3"})
    void idleWorkersTakeOverTheRemainingChunks(Precision precision, int prefill, int decode) throws Exception {
        PackedMatrix w = random.matrix(memory, Packing.Q4_0, WIDTH, COLUMNS);
        float[] bias = new float[WIDTH];
        bias[WIDTH - 1] = 1;
        Linear linear = new Linear(w, bias, Operator.linear(w.packing().codes()));
        Rows x = random.rows(prefill + decode, COLUMNS);
        Rows alone = Rows.allocate(prefill + decode, WIDTH);
        Rows together = Rows.allocate(prefill + decode, WIDTH);
        compute(linear, x, alone, Kernels.best(precision), 1, prefill, decode);

        CountDownLatch left = new CountDownLatch(2 * CHUNKS - 1);
        AtomicInteger calls = new AtomicInteger();
        compute(linear, x, together, holdingTheFirst(precision, left, calls), 2, prefill, decode);

        assertThat(left.getCount()).isZero();
        assertThat(calls).hasValue(2 * CHUNKS);
        assertThat(together.data()).containsExactly(alone.data());
    }

    private void compute(Linear linear, Rows x, Rows y, Kernels kernels, int count, int prefill, int decode) {
        new LinearWorkers(memory, COLUMNS).run(kernels, new Batch(1, 1, 1), prefill + decode, count, worker -> {
            boolean quantizes = linear.prepare(worker, x, prefill, PromptForm.PLAIN) != PromptForm.PLAIN;
            int first = worker.from(linear.weight().panels());
            int end = worker.to(linear.weight().panels());
            worker.share.compute(worker, linear, x, y, quantizes, 0, prefill, prefill + decode, first, end);
        });
    }

    /** Kernels whose first call for decode rows waits until there have been calls for all other chunks. */
    private static Kernels holdingTheFirst(Precision precision, CountDownLatch left, AtomicInteger calls) {
        Kernels kernels = Kernels.best(precision);
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("decodePanels")) {
                        if (calls.incrementAndGet() == 1) {
                            Patience.await(left);
                        } else {
                            left.countDown();
                        }
                    }
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
