package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchCollectivesTest {
    @Test
    void allReducesAreMeasuredOfAsManyShardsAsNodesToo() {
        assertThat(BenchCollectives.shards(1)).containsExactly(2, 3, 4);
        assertThat(BenchCollectives.shards(12)).containsExactly(2, 3, 4, 12);
    }

    @Test
    void barriersAreMeasuredUpToAllWorkersOfTheMachine() {
        assertThat(BenchCollectives.barriers(1)).containsExactly(2, 4, 8);
        assertThat(BenchCollectives.barriers(2)).containsExactly(2, 4, 8);
        assertThat(BenchCollectives.barriers(6)).containsExactly(2, 4, 6, 8);
        assertThat(BenchCollectives.barriers(96)).containsExactly(2, 4, 8, 16, 32, 64, 96);
        assertThat(BenchCollectives.barriers(256)).containsExactly(2, 4, 8, 16, 32, 64, 128, 256);
    }
}
