package io.baseload.service.responses;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.service.contents.ResponseStore;
import io.baseload.service.contents.StoredResponse;
import io.baseload.service.encryption.SealException;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.protocol.Value;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Responses that are stored at the request of their callers: unchanged, with the items of their own requests. */
@Component
final class KeptResponses {
    private static final Logger log = LoggerFactory.getLogger(KeptResponses.class);
    private static final String PREVIOUS = "previous_response_id";
    private static final Pattern ID = Pattern.compile("resp_[0-9a-f]{32}");
    private static final int MAX_CONVERSATION_BYTES = 8 << 20;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final ResponseStore store;

    KeptResponses(ResponseStore store) {
        this.store = store;
    }

    /** @param input the items of the request, as JSON */
    private record Turn(ResponseBody response, @JsonRawValue String input) {}

    /**
     * A request's fields that need the store.
     *
     * @param previous the response that it continues
     * @param store whether its own response is to be stored
     */
    record StorageFields(Optional<String> previous, boolean store) {
        static StorageFields of(Fields fields) {
            return new StorageFields(fields.find(PREVIOUS).map(Value::text), fields.flag("store", false));
        }
    }

    /**
     * The stored part of a request.
     *
     * @param begun the time of the request by the clock of the store; only if its response is to be stored
     * @param earlier the response that it continues and all before it, in their order
     */
    record Prepared(Optional<Instant> begun, List<byte[]> earlier) {}

    /** @throws ApiException if the response can't be stored, or the request continues an unknown one */
    Prepared prepare(RequestContext context, StorageFields fields) {
        String tenant = context.caller().tenant();
        Optional<Instant> begun = fields.store() ? Optional.of(checkRoom(tenant)) : Optional.empty();
        List<byte[]> earlier = fields.previous()
                .map(previous -> conversation(context, tenant, previous))
                .orElse(List.of());
        return new Prepared(begun, earlier);
    }

    private List<byte[]> conversation(RequestContext context, String tenant, String previous) {
        return known(previous)
                .flatMap(id -> opened(() -> store.conversation(tenant, id, bytes -> admit(context, bytes))))
                .orElseThrow(() -> ApiException.refused(
                                404,
                                "previous_response_not_found",
                                "Previous response with id '" + previous
                                        + "' not found. Only responses to requests with store: true are stored, and"
                                        + " only for as long as all responses that they continue.")
                        .withParam(PREVIOUS));
    }

    /** Passes on the items of these responses and of their requests. */
    static void read(RequestContext context, List<byte[]> turns, Consumer<Value> items) {
        for (byte[] turn : turns) {
            context.readKept(turn, fields -> {
                fields.require("input").items().forEach(items);
                fields.require("response").fields().require("output").items().forEach(items);
                return turn.length;
            });
        }
    }

    private static void admit(RequestContext context, long bytes) {
        if (bytes > MAX_CONVERSATION_BYTES) {
            throw Invalid.value(
                    PREVIOUS,
                    "the conversation is larger than " + (MAX_CONVERSATION_BYTES >> 20) + " MB. Begin a new one.");
        }
        context.memory().accept(bytes);
    }

    /**
     * Stores the response to a request, if requested, once the request has passed its tenant's filters. Text that the filters replaced is not stored.
     *
     * @param own how many of the request's messages, the last ones, are its own input
     */
    Function<CompletionRequest, Consumer<ResponseBody>> keeper(
            RequestContext context,
            Prepared prepared,
            Fields fields,
            InferenceRequest request,
            int own,
            FunctionTools tools) {
        if (prepared.begun().isEmpty()) {
            return passed -> response -> {};
        }
        Instant begun = prepared.begun().get();
        Caller caller = context.caller();
        String input = InputList.of(fields.require("input"));
        Optional<String> previous = fields.find(PREVIOUS).map(Value::text);
        CompletionRequest sent = request.completion();
        return passed -> response -> {
            Turn turn = passed.equals(sent)
                    ? new Turn(response, input)
                    : letThrough(response, input, sent, passed, own, tools);
            keep(
                    caller,
                    new StoredResponse(
                            caller.tenant(),
                            response.id(),
                            begun,
                            previous,
                            context.origin().requestId(),
                            request.endUser().user(),
                            request.endUser().safetyIdentifier(),
                            Json.bytes(turn)));
        };
    }

    /** The turn without the texts that the filters replaced. The input stays as it was sent if they replaced only other texts. */
    private static Turn letThrough(
            ResponseBody response,
            String input,
            CompletionRequest sent,
            CompletionRequest passed,
            int own,
            FunctionTools tools) {
        List<Message> inputPassed = own(passed, own);
        return new Turn(
                response.with(response.settings().letThrough(sent, passed)),
                inputPassed.equals(own(sent, own)) ? input : InputList.of(inputPassed, tools));
    }

    private static List<Message> own(CompletionRequest request, int count) {
        List<Message> all = ((Input.Chat) request.input()).messages();
        return all.subList(all.size() - count, all.size());
    }

    /** The time, by the clock of the store. */
    private Instant checkRoom(String tenant) {
        if (!store.isOpen()) {
            throw Invalid.unsupported(
                    "store", "this service has no master key, or its configuration stores no responses.");
        }
        var room = store.room(tenant);
        if (room.bytes() <= 0) {
            throw Invalid.value(
                    "store", "this tenant's room for stored responses is used up. Delete some, or send false.");
        }
        return room.at();
    }

    /** A caller that wants its response stored gets an error instead of a response that isn't. */
    private void keep(Caller caller, StoredResponse response) {
        boolean kept;
        try {
            kept = store.store(caller.actor(), response);
        } catch (RuntimeException e) {
            log.error("{}: the response is not stored", response.requestId(), e);
            throw unavailable("The answer was generated, but it can't be stored now.");
        }
        if (!kept) {
            log.info(
                    "{}: the response is not stored: it, or one that it continues, was erased meanwhile",
                    response.requestId());
        }
    }

    /**
     * A part of a response with the items of its request, as JSON. It counts like a body until it has been sent.
     *
     * @param part of the stored text
     */
    byte[] find(RequestContext context, String id, Function<Fields, Object> part) {
        byte[] text = known(id)
                .flatMap(it -> opened(() -> store.find(context.caller().tenant(), it)))
                .orElseThrow(() -> notFound(id));
        context.memory().accept(text.length);
        return context.readKept(text, fields -> Json.bytes(part.apply(fields)));
    }

    void delete(Caller caller, String id) {
        if (known(id).isEmpty() || !store.delete(caller.actor(), caller.tenant(), id)) {
            throw notFound(id);
        }
    }

    private static ApiException notFound(String id) {
        return ApiException.refused(404, "not_found", "Response with id '" + id + "' not found.");
    }

    private static Optional<String> known(String id) {
        return Optional.of(id).filter(ID.asMatchPredicate());
    }

    private static <T> T opened(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (SealException e) {
            log.warn("A stored response can't be opened: {}", e.getMessage());
            throw unavailable("Stored responses can't be opened now.");
        }
    }

    private static ApiException unavailable(String message) {
        return ApiException.unavailable(ApiException.STORAGE_UNAVAILABLE, message, SOON);
    }
}
