package io.baseload.conformance;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.model.ModelHarness;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Logits of a model file, in f32. */
final class LogitSource implements AutoCloseable {
    private final ModelHarness harness;

    /** @throws io.baseload.engine.api.ModelFileException if the file is broken or holds something that this version can't run */
    LogitSource(Path file, int contextLength, int shards) {
        this(file, contextLength, shards, config -> config);
    }

    /** @param change a change of the configuration in the files */
    LogitSource(Path file, int contextLength, int shards, UnaryOperator<ModelConfig> change) {
        int workers = Math.max(shards, Math.min(2, Runtime.getRuntime().availableProcessors()));
        harness = new ModelHarness(file, contextLength, shards, workers, change);
    }

    /** Logits at all positions, computed as a prompt: [ids][vocabulary]. */
    float[][] logits(int[] ids) {
        PageTable sequence = harness.sequence();
        float[][] logits = prefill(sequence, ids);
        sequence.release();
        return logits;
    }

    /** The likeliest tokens after a prompt, each decoded after the one before. */
    int[] greedy(int[] prompt, int count) {
        return harness.greedy(prompt, count);
    }

    /** The residual stream after a prompt, by the names that {@code expected.json} has for its parts after the sequence's name. */
    Map<String, float[][]> hidden(int[] ids) {
        PageTable sequence = harness.sequence();
        Map<String, float[][]> hidden = new HashMap<>();
        for (int from = 0; from < ids.length; from += ModelHarness.MAX_ROWS) {
            int to = Math.min(ids.length, from + ModelHarness.MAX_ROWS);
            harness.hidden(sequence, ids, from, to)
                    .forEach((name, rows) -> hidden.merge(name, rows, LogitSource::joined));
        }
        sequence.release();
        return hidden;
    }

    private static float[][] joined(float[][] first, float[][] second) {
        return Stream.of(first, second).flatMap(Arrays::stream).toArray(float[][]::new);
    }

    private float[][] prefill(PageTable sequence, int[] ids) {
        float[][] logits = new float[ids.length][];
        for (int from = 0; from < ids.length; from += ModelHarness.MAX_ROWS) {
            int to = Math.min(ids.length, from + ModelHarness.MAX_ROWS);
            System.arraycopy(harness.prefill(sequence, ids, from, to), 0, logits, from, to - from);
        }
        return logits;
    }

    @Override
    public void close() {
        harness.close();
    }
}
