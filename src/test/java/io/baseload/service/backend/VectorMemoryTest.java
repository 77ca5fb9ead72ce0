package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.NoRoomForOutputsException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.OverloadedException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
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

    @Test
    void answersTakeMemoryUntilTheyAreClosed() {
        var few = new VectorMemory(8);
        String four = data(entry(0, "[1,2]"), entry(1, "[3,4]"));
        try (var first = few.share("a");
                var second = few.share("a")) {
            assertThat(read(four, first)).hasSize(2);
            assertThatThrownBy(() -> second.expect(1)).isInstanceOf(OverloadedException.class);
            assertThatThrownBy(() -> read(four, second)).isInstanceOf(OverloadedException.class);
        }
        assertThat(few.taken()).isZero();
        try (var share = few.share("a")) {
            share.expect(1000);
            assertThatThrownBy(() -> read(data(entry(0, "[1,2]"), entry(1, "[3,4,5]")), share))
                    .isInstanceOf(UpstreamException.class);
        }
        try (var share = few.share("a")) {
            assertThatThrownBy(() -> read(data(entry(0, "[1,2,3]"), entry(1, "[4,5,6]")), share))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("at most 4 numbers");
        }
    }

    private static List<float[]> read(String answer, VectorMemory.Share memory) {
        return new OutputReader(2, false, OptionalInt.empty(), memory)
                .read(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
    }

    private static String data(String... entries) {
        return "{\"data\":[" + String.join(",", entries) + "]}";
    }

    private static String entry(int index, String embedding) {
        return "{\"object\":\"embedding\",\"index\":" + index + ",\"embedding\":" + embedding + "}";
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
