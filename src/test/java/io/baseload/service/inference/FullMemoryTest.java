package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.NoRoomForOutputsException;
import io.baseload.engine.api.FlowId;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A request whose outputs find no memory in this process, whichever model computes them. */
class FullMemoryTest {
    @Test
    void noOtherTargetIsTried() {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            platform.get(TinyModel.class).canary = () -> {
                throw new NoRoomForOutputsException("Too many vectors are in memory now.", Duration.ofSeconds(1));
            };
            var caller = new Caller("default", 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
            var input = new EncodingInput.Texts(List.of("a text"), Optional.empty());
            var call = new EncodingCall(
                    "tiny",
                    new EncodingRequest(input, OptionalInt.empty()),
                    FlowId.Urgency.INTERACTIVE,
                    new EndUser(Optional.empty(), Optional.empty()));
            var origin = new Origin("req_1", "192.0.2.7");
            assertThatThrownBy(() -> platform.get(Inference.class).encode(caller, call, origin, () -> true))
                    .as("and not the second target's refusal")
                    .isInstanceOf(NoRoomForOutputsException.class);
        }
    }
}
