package io.baseload.service.inference;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Asks and listens. */
final class Client {
    final BlockingQueue<CompletionEvent> events = new LinkedBlockingQueue<>();
    final String requestId = "req-" + UUID.randomUUID();
    private final Inference inference;
    private final Caller caller;
    private Optional<Duration> maxWait = Optional.empty();

    Client(Inference inference, String tenant) {
        this(inference, tenant, Priority.INTERACTIVE);
    }

    Client(Inference inference, String tenant, Priority priority) {
        this(inference, new Caller(tenant, 1, "bl_test", Set.of(Role.USER), Set.of(), priority));
    }

    Client(Inference inference, Caller caller) {
        this.inference = inference;
        this.caller = caller;
    }

    /** From now on does not wait longer than that until an answer is begun. */
    Client within(Duration wait) {
        maxWait = Optional.of(wait);
        return this;
    }

    AdmittedRequest ask(int promptTokens, OptionalInt maxTokens, int answers) {
        var endUser = new EndUser(Optional.of("ann \"A\""), Optional.of("hash-of-ann"));
        var origin = new Origin(requestId, "192.0.2.7");
        var request = new InferenceRequest(
                "tiny",
                request(promptTokens, maxTokens, answers),
                FlowId.Urgency.INTERACTIVE,
                "salt",
                endUser,
                maxWait);
        return inference.ask(caller, request, origin, events::add);
    }

    AdmittedRequest ask(int promptTokens, int maxTokens) {
        return ask(promptTokens, OptionalInt.of(maxTokens), 1);
    }

    String tenant() {
        return caller.tenant();
    }

    /** The last event. */
    CompletionEvent last() throws InterruptedException {
        while (true) {
            var event = events.poll(5, TimeUnit.MINUTES);
            if (event == null) {
                throw new AssertionError("no last event within 5 minutes");
            }
            if (event instanceof CompletionEvent.Finished || event instanceof CompletionEvent.Failed) {
                return event;
            }
        }
    }

    CompletionEvent.Finished finished() throws InterruptedException {
        return (CompletionEvent.Finished) last();
    }

    private static CompletionRequest request(int promptTokens, OptionalInt maxTokens, int answers) {
        return new CompletionRequest(
                new Input.Tokens(List.of(new int[promptTokens])),
                ToolSet.EMPTY,
                answers,
                answers,
                maxTokens,
                SamplingOptions.greedy(),
                List.of(),
                -1,
                OutputFormat.text(),
                false);
    }
}
