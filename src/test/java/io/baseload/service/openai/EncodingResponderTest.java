package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.service.inference.EncodingCall;
import io.baseload.service.inference.EndUser;
import io.baseload.service.inference.Origin;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EncodingResponderTest {
    private final ScriptedInference inference = new ScriptedInference();

    @Test
    void theVectorsOfALineTakeMemoryUntilItsResultIsWritten() {
        var caller = new Caller("acme", 1, "bl_user", Set.of(Role.USER), Set.of(), Priority.INTERACTIVE);
        var context = new RequestContext(caller, new Origin("req_1", "127.0.0.1"), bytes -> {});
        var input = new EncodingInput.Texts(List.of("a"), Optional.empty());
        var call = new EncodingCall(
                "m",
                new EncodingRequest(input, OptionalInt.empty()),
                Urgency.INTERACTIVE,
                new EndUser(Optional.empty(), Optional.empty()),
                Optional.empty());
        var answer = new EncodingResponder(inference)
                .answerLater(context, call, encoded -> EmbeddingsBody.of(encoded, false));
        assertThat(inference.released).isEmpty();
        answer.close();
        assertThat(inference.released).hasSize(1);
    }
}
