package io.baseload.engine.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.AttentionParts;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class PagedAttentionTest {
    private static final int DIM = 16;
    private static final int MAX_LENGTH = 3000;
    private static final int PROMPT_ROWS = 30;

    /** Of decode rows: one token, about a span, some spans, many. */
    private static final int[] POSITIONS = {0, 255, 256, 700, MAX_LENGTH - 1, 90};

    private final NativeMemory memory = new NativeMemory();
    private final Random random = new Random(5);
    private final Set<Integer> prefilling = ConcurrentHashMap.newKeySet();
    private final Batch batch = new Batch(PROMPT_ROWS + POSITIONS.length, 1, 1);

    @AfterEach
    void free() {
        memory.close();
    }

    /** However many workers share a step, and wherever the line of work is cut, each row has the bits that it has alone. */
    @ParameterizedTest
    @CsvSource({"2, 3, 0", "1, 1, 0", "1, 30, 0", "3, 12, 0", "2, 3, 600", "1, 8, 20"})
    void workersShareRowsWithoutATrace(int kvHeads, int group, int window) {
        var layout = new KvLayout(1, kvHeads, DIM, DIM, 0, KvPrecision.F32);
        KvPages kv = KvPages.allocate(memory, 2 * KvCache.pagesFor(MAX_LENGTH), layout);
        for (long i = 0; i < kv.data().byteSize() / Float.BYTES; i++) {
            kv.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        fill(new KvCache(kv, false));
        int[] visible = new int[batch.rows()];
        for (int row = 0; row < visible.length; row++) {
            visible[row] = window == 0 ? 0 : Math.max(0, batch.position(row) - window + 1);
        }
        Rows q = Rows.allocate(batch.rows(), kvHeads * group * DIM);
        for (int i = 0; i < q.data().length; i++) {
            q.data()[i] = (float) random.nextGaussian();
        }
        Rows alone = Rows.allocate(batch.rows(), q.width());
        Scratch scratch = Scratch.allocate(memory, DIM, DIM, DIM);
        int[] ends = new int[batch.rows()];
        for (int row = 0; row < ends.length; row++) {
            ends[row] = batch.position(row) + 1;
        }
        Attention attention = new Attention(kv, 0, AttentionOptions.scaled(0.25f), visible, ends, q, alone);
        for (int row = 0; row < batch.rows(); row++) {
            int[] pages = batch.table(row).pages();
            attention.run(Kernels.best(), pages, row, row + 1, 0, kvHeads * group, scratch);
        }
        for (int workers : new int[] {1, 2, 3, 7}) {
            prefilling.clear();
            assertArrayEquals(alone.data(), shared(attention, workers).data());
            int bands = kvHeads * Math.ceilDiv(group, Attention.MAX_HEADS);
            assertEquals(Math.min(workers, bands * Math.ceilDiv(PROMPT_ROWS, Attention.MIN_ROWS)), prefilling.size());
        }
    }

    private void fill(KvCache cache) {
        PageTable table = cache.table(MAX_LENGTH, CacheScope.PRIVATE);
        table.grow(MAX_LENGTH);
        PageTable other = cache.table(MAX_LENGTH, CacheScope.PRIVATE);
        other.grow(MAX_LENGTH);
        batch.addPrefill(table, new int[MAX_LENGTH], 500, 500 + PROMPT_ROWS, MAX_LENGTH);
        for (int i = 0; i < POSITIONS.length; i++) {
            batch.addDecode(i % 2 == 0 ? table : other, 0, POSITIONS[i], MAX_LENGTH);
        }
    }

    /** The kernels of a worker, which is noted if it computes rows of the prompt. */
    private Kernels noting(int worker) {
        ClassLoader loader = Kernels.class.getClassLoader();
        return (Kernels) Proxy.newProxyInstance(loader, new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("attend") && (int) arguments[3] < PROMPT_ROWS) {
                prefilling.add(worker);
            }
            return method.invoke(Kernels.best(), arguments);
        });
    }

    private Rows shared(Attention attention, int workers) {
        Rows out = Rows.allocate(batch.rows(), attention.q().width());
        var own = new Attention(
                attention.kv(), 0, attention.options(), attention.visible(), attention.ends(), attention.q(), out);
        AttentionParts parts = AttentionParts.allocate(memory, workers, MAX_LENGTH, DIM);
        PagedAttention paged = new PagedAttention(own, parts);
        Profile profile = new Profile(workers);
        Worker[] all = new Worker[workers];
        for (int i = 0; i < workers; i++) {
            Scratch scratch = Scratch.allocate(memory, DIM, DIM, DIM);
            all[i] = new Worker(
                    0,
                    noting(i),
                    scratch,
                    PromptRows.allocate(memory, 0),
                    profile.worker(i),
                    DIM,
                    LinearShare.CHUNK_BYTES,
                    batch);
        }
        Worker.introduce(all);
        try (Team team = new Team(workers, false)) {
            team.run((index, count, barrier) -> {
                all[index].start(batch, index, count, barrier);
                paged.run(all[index]);
            });
        }
        return out;
    }
}
