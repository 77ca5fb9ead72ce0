package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.NoRoomForOutputsException;
import org.junit.jupiter.api.Test;

class VectorMemoryTest {
    private final VectorMemory memory = new VectorMemory(1 << 20);

    @Test
    void theVectorsOfOneOwnerLeaveRoomForOthers() {
        try (var first = memory.share("a");
                var second = memory.share("a");
                var other = memory.share("b")) {
            first.take(1000);
            fill(second);
            assertThat(memory.taken()).isEqualTo(1 << 19);
            assertThatThrownBy(() -> first.expect(1)).isInstanceOf(NoRoomForOutputsException.class);
            fill(other);
            assertThat(memory.taken()).isEqualTo(3 << 18);
        }
        assertThat(memory.taken()).isZero();
    }

    /** Takes all that there is for the share's owner. */
    static void fill(VectorMemory.Share share) {
        for (int numbers = 1 << 24; numbers > 0; ) {
            try {
                share.take(numbers);
            } catch (NoRoomForOutputsException e) {
                numbers /= 2;
            }
        }
    }
}
