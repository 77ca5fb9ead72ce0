package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.StoredFolder;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The progress of a load, from files and from the store, in one shard or two. */
class LoadProgressTest {
    private static final LoadOptions OPTIONS =
            LoadOptions.named("tiny").withContextLength(64).withMaxSequences(1).withWarmUp(false);

    @TempDir
    private Path folder;

    private final List<Long> done = new ArrayList<>();
    private final List<Long> totals = new ArrayList<>();
    private final ByteProgress progress = (bytes, total) -> done.add(bytes) && totals.add(total);

    private static Engine engine(int shards) {
        return Engine.open(new EngineOptions(2, false, shards, List.of()));
    }

    private void assertComplete(long total) {
        assertThat(totals).containsOnly(total);
        assertThat(done).isSorted().last().isEqualTo(total);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void ofAFileItIsWhatIsPacked(int shards) {
        try (Engine engine = engine(shards);
                Engine one = engine(1)) {
            engine.load(TestModels.tiny(), OPTIONS, progress).close();
            assertComplete(one.estimate(TestModels.tiny(), OPTIONS).weights());
            assertThat(done.stream().distinct()).hasSizeGreaterThan(10);
        }
    }

    @Test
    void ofAMappedModelItIsWhatIsRead() {
        try (Engine engine = engine(1)) {
            engine.convert(TestModels.tiny(), folder, Optional.of(Quantization.Q8), ByteProgress.NONE);
            engine.load(folder, OPTIONS, progress).close();
            assertComplete(StoredFolder.open(folder).weightBytes());
        }
    }

    @Test
    void ofAModelThatIsCutItIsWhatIsCopied() {
        try (Engine engine = engine(2);
                Engine one = engine(1)) {
            engine.convert(TestModels.tiny(), folder, Optional.empty(), ByteProgress.NONE);
            engine.load(folder, OPTIONS, progress).close();
            long matrices = one.outline(folder, OPTIONS).matrices().stream()
                    .mapToLong(some -> some.codeBytes() + some.scaleBytes())
                    .sum();
            assertComplete(matrices);
            assertThat(done.stream().distinct()).hasSizeGreaterThan(10);
        }
    }

    @Test
    void ofAnEncoderToo() {
        try (Engine engine = engine(1)) {
            Path encoder = Path.of("src/test/resources/encoders/bert-mean");
            engine.loadEncoder(encoder, OPTIONS, progress).close();
            assertComplete(engine.estimate(encoder, OPTIONS).weights());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCancelledLoadLeavesNothing(int shards) {
        long before = NativeMemory.liveBytes();
        try (Engine engine = engine(shards)) {
            assertThatThrownBy(() -> engine.load(TestModels.tiny(), OPTIONS, (bytes, total) -> bytes < total / 2))
                    .isInstanceOf(CancellationException.class);
        }
        assertThat(NativeMemory.liveBytes()).isEqualTo(before);
    }
}
