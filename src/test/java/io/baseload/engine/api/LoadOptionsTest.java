package io.baseload.engine.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadOptionsTest {
    @Test
    void keysAndValuesAreAsPreciseAsTheArithmetic() {
        LoadOptions options = LoadOptions.named("tiny");
        assertThat(options.kvPrecision()).isEqualTo(KvPrecision.F16);
        assertThat(options.withPrecision(Precision.EXACT).kvPrecision()).isEqualTo(KvPrecision.F32);
        assertThat(options.withKvPrecision(KvPrecision.Q8).kvPrecision()).isEqualTo(KvPrecision.Q8);
    }
}
