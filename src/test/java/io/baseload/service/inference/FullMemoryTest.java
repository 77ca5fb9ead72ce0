package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.InvalidRequestException;
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

/** A request whose outputs find no memory, which only outputs of backends need. */
class FullMemoryTest {
    @Test
    void noOtherBackendIsTried() {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            var model = platform.get(TinyModel.class);
            model.elsewhere = true;
            assertThatThrownBy(() -> encode(platform))
                    .as("and not the second target's refusal")
                    .isInstanceOf(NoRoomForOutputsException.class)
                    .hasNoSuppressedExceptions();
            assertThat(model.holds).hasValue(0);
        }
    }

    @Test
    void aLocalModelIsTried() {
        try (var platform = TestPlatform.fresh(TinyInference.class)) {
            assertThatThrownBy(() -> encode(platform))
                    .isInstanceOfSatisfying(
                            NoRoomForOutputsException.class,
                            e -> assertThat(e.getSuppressed())
                                    .as("the second target's refusal: it is no encoder")
                                    .hasOnlyElementsOfType(InvalidRequestException.class)
                                    .isNotEmpty());
        }
    }

    private static EncodingResult encode(TestPlatform platform) {
        platform.get(TinyModel.class).canary = patience -> {
            throw new NoRoomForOutputsException("Too many vectors are in memory now.", Duration.ofSeconds(1));
        };
        var caller = new Caller("default", 1, "bl_test", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
        var input = new EncodingInput.Texts(List.of("a text"), Optional.empty());
        var call = new EncodingCall(
                "tiny",
                new EncodingRequest(input, OptionalInt.empty()),
                FlowId.Urgency.INTERACTIVE,
                new EndUser(Optional.empty(), Optional.empty()),
                Optional.empty());
        return platform.get(Inference.class).encode(caller, call, new Origin("req_1", "192.0.2.7"), () -> true);
    }
}
