package io.baseload.engine.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.parallel.PlatformThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CompiledCallsTest {
    private final AtomicReference<byte[]> kept = new AtomicReference<>();

    private boolean createNoObjects() {
        return CompiledCalls.createNoObjects(() -> kept.set(new byte[1 << 10]));
    }

    @Test
    void aKernelThatCreatesObjectsIsNotCompiled() {
        assertThat(PlatformThread.call("test", this::createNoObjects)).isFalse();
        assertThat(PlatformThread.call("test", () -> CompiledCalls.createNoObjects(() -> {})))
                .isTrue();
    }

    /** The JVM reports no allocations there, so each kernel would count as compiled. */
    @Test
    void aVirtualThreadIsRefused() {
        assertThatThrownBy(() -> CompletableFuture.supplyAsync(this::createNoObjects, Thread::startVirtualThread)
                        .join())
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("platform thread");
    }
}
