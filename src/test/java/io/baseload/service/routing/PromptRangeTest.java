package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PromptRangeTest {
    @Test
    void bothEndsBelongToIt() {
        var range = new PromptRange(10, OptionalInt.of(20));
        assertThat(range.contains(9)).isFalse();
        assertThat(range.contains(10)).isTrue();
        assertThat(range.contains(20)).isTrue();
        assertThat(range.contains(21)).isFalse();
        assertThat(PromptRange.ANY.contains(Long.MAX_VALUE)).isTrue();
    }

    @Test
    void largerPromptsThanItsHighestEndAreAllInsideOrAllOutside() {
        assertThat(new PromptRange(0, OptionalInt.of(20)).highestEnd()).isEqualTo(20);
        assertThat(new PromptRange(21, OptionalInt.empty()).highestEnd()).isEqualTo(21);
        assertThat(PromptRange.ANY.highestEnd()).isZero();
    }
}
