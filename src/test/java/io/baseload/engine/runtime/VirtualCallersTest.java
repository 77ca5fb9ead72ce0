package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.CollectiveTimes;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Roofline;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.parallel.Team;
import io.baseload.testing.TestModels;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Measurements asked for by virtual threads, as requests of the service do. Their own steps run on platform threads, because others have neither allocations nor CPU time to measure. */
class VirtualCallersTest {
    private static final Engine ENGINE = Engine.open(new EngineOptions(2, false));

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    private static <T> T virtually(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, Thread::startVirtualThread).join();
    }

    @Test
    void noTeamComputesOnAVirtualThread() {
        try (Team team = new Team(2, false)) {
            assertThatThrownBy(() -> virtually(() -> {
                        team.run((worker, workers, barrier) -> {});
                        return true;
                    }))
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("platform thread");
        }
    }

    @Test
    void theMachineIsMeasured() {
        ModelOutline model = ENGINE.outline(TestModels.tiny(), LoadOptions.named("plan"));
        MachineRates rates = virtually(() -> ENGINE.measure(model, Precision.EXACT, KvPrecision.F32));
        assertThat(rates.workers()).isEqualTo(2);
        CollectiveTimes times = virtually(() -> ENGINE.measureAllReduce(1, 16, false));
        assertThat(times.nanos()).isNotEmpty();
    }

    @Test
    void aModelsRooflineIsMeasured() {
        LoadOptions options = LoadOptions.named("m").withContextLength(32).withWarmUp(false);
        try (LoadedModel model = ENGINE.load(TestModels.tiny(), options)) {
            Roofline roofline = virtually(() -> model.roofline(1));
            assertThat(roofline.multiplySeconds()).isPositive();
        }
    }

    @Test
    void aRefusalIsThatOfTheMeasurement() {
        ModelOutline wide = ENGINE.outline("""
            {"model_type": "llama", "num_hidden_layers": 1, "hidden_size": 1048576, "num_attention_heads": 1, "head_dim": 64,
            "intermediate_size": 64, "vocab_size": 100, "max_position_embeddings": 64, "rms_norm_eps": 1e-5}
            """, LoadOptions.named("plan"));
        assertThatThrownBy(() -> virtually(() -> ENGINE.measure(wide, Precision.EXACT, KvPrecision.F32)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(UnfitOptionsException.class);
    }
}
