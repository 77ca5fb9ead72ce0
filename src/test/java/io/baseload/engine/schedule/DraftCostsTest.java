package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DraftCostsTest {
    private final DraftCosts costs = new DraftCosts();

    private void took(int times, int drafts, long nanos) {
        for (int i = 0; i < times; i++) {
            costs.took(drafts, nanos);
        }
    }

    @Test
    void nothingIsDraftedBeforeAPlainStepWasMeasured() {
        assertThat(costs.best(1, 7)).isZero();
    }

    @Test
    void moreTrustBringsMoreDrafts() {
        took(1, 0, 1000);
        assertThat(costs.best(0.1, 7)).isZero();
        assertThat(costs.best(0.5, 7)).isOne();
        assertThat(costs.best(0.8, 7)).isEqualTo(3);
        assertThat(costs.best(1, 7)).isEqualTo(7);
        assertThat(costs.best(1, 6)).isEqualTo(3);
        assertThat(costs.best(1, 0)).isZero();
    }

    @Test
    void noneWhereRowsCostAsMuchAsSteps() {
        took(1, 0, 1000);
        took(20, 1, 2000);
        took(20, 3, 4000);
        took(20, 7, 8000);
        assertThat(costs.best(1, 7)).isZero();
    }

    @Test
    void aSlowMomentIsForgotten() {
        took(1, 0, 1000);
        took(1, 7, 500_000);
        assertThat(costs.best(1, 7)).isEqualTo(3);
        took(10_000, 0, 1000);
        assertThat(costs.best(1, 7)).isEqualTo(7);
    }
}
