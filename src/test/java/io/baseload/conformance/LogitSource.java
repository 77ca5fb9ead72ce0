package io.baseload.conformance;

import io.baseload.engine.kv.PageTable;
import io.baseload.engine.model.ModelBench;
import java.nio.file.Path;

/** Logits of a model file, in f32. */
final class LogitSource implements AutoCloseable {
    private final ModelBench bench;

    /** @throws io.baseload.engine.api.ModelFileException if the file is broken or holds something that this version can't run */
    LogitSource(Path file, int contextLength) {
        bench = new ModelBench(
                file, contextLength, Math.min(2, Runtime.getRuntime().availableProcessors()));
    }

    /** Logits at all positions, computed as a prompt: [ids][vocabulary]. */
    float[][] logits(int[] ids) {
        PageTable sequence = bench.sequence();
        float[][] logits = prefill(sequence, ids);
        sequence.release();
        return logits;
    }

    /** The likeliest tokens after a prompt, each decoded after the one before. */
    int[] greedy(int[] prompt, int count) {
        PageTable sequence = bench.sequence();
        int[] ids = new int[count];
        float[] last = prefill(sequence, prompt)[prompt.length - 1];
        for (int i = 0; i < count; i++) {
            ids[i] = ModelBench.argmax(last);
            last = bench.decode(sequence, ids[i], prompt.length + i);
        }
        sequence.release();
        return ids;
    }

    private float[][] prefill(PageTable sequence, int[] ids) {
        float[][] logits = new float[ids.length][];
        for (int from = 0; from < ids.length; from += ModelBench.ROWS) {
            int to = Math.min(ids.length, from + ModelBench.ROWS);
            System.arraycopy(bench.prefill(sequence, ids, from, to), 0, logits, from, to - from);
        }
        return logits;
    }

    @Override
    public void close() {
        bench.close();
    }
}
