package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.LoadOptions;
import io.baseload.service.registry.ModelRows.LoadDemand;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LoadSettingsTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "100, 100", "512, 512", "4096, 512"})
    void theContextLengthIsAtMostTheModelsOwn(int setting, int expected) {
        var settings =
                new LoadSettings(true, LoadOptions.named("").withContextLength(setting), Map.of(), Map.of(), "build");
        var encoder = new ModelRow(
                "encoder", "", "bert", "safetensors", 1, 512, LoadDemand.NO, Instant.EPOCH, null, null, false);
        assertThat(settings.options(encoder).contextLength()).isEqualTo(expected);
    }
}
