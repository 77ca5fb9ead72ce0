package io.baseload.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.platform.HalfConversion;
import org.junit.jupiter.api.Test;

class KvPrecisionTest {
    @Test
    void halvesAreTheDefaultWhereMachineCodeConvertsThem() {
        assertThat(KvPrecision.defaultOf(Precision.FAST, true)).isEqualTo(KvPrecision.F16);
        assertThat(KvPrecision.defaultOf(Precision.FAST, false)).isEqualTo(KvPrecision.F32);
        assertThat(KvPrecision.defaultOf(Precision.EXACT, true)).isEqualTo(KvPrecision.F32);
        KvPrecision here = HalfConversion.available().isPresent() ? KvPrecision.F16 : KvPrecision.F32;
        assertThat(LoadOptions.named("m").kvPrecision()).isEqualTo(here);
    }
}
