package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void smallAmountsAreNotZero() {
        Shown shown = new Shown();
        assertThat(shown.cost(0.35124)).isEqualTo("0.3512");
        assertThat(shown.cost(0.00012)).isEqualTo("0.00012");
        assertThat(shown.cost(1234.5678)).isEqualTo("1,234.568");
        assertThat(shown.cost(0)).isEqualTo("0");
        assertThat(shown.digits(0.0042)).isEqualTo("0.0042");
        assertThat(shown.digits(1.5)).isEqualTo("1.5");
    }
}
