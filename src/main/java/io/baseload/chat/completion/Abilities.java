package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.template.ChatTemplate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The features of a chat template, found by rendering small conversations and checking the result. A template doesn't declare its features, and fails on, or silently omits, what
 * it doesn't support.
 *
 * @param system instructions in a separate message at the beginning
 * @param laterSystem instructions in separate messages after others, also after the last question
 * @param tools the tools that may be called
 * @param calls calls in earlier answers of the model
 * @param severalCalls more than one call in a message
 * @param results messages of tools
 * @param explainedCalls text and reasoning in a message that calls
 * @param severalQuestions consecutive messages of the user
 * @param questionAfterResult a message of the user after a tool's
 * @param form the expected form of a message that only calls
 * @param shortIds whether ids of calls must be nine letters and digits, as for Mistral
 */
record Abilities(
        boolean system,
        boolean laterSystem,
        boolean tools,
        boolean calls,
        boolean severalCalls,
        boolean results,
        boolean explainedCalls,
        boolean severalQuestions,
        boolean questionAfterResult,
        CallForm form,
        boolean shortIds) {

    /**
     * The form in which a template gets a message that calls tools.
     *
     * @param nullContent whether absent content is null instead of ""
     * @param objectArguments whether arguments are an object instead of JSON text
     */
    record CallForm(boolean nullContent, boolean objectArguments) {
        static final CallForm USUAL = new CallForm(true, true);
    }

    private static final List<CallForm> FORMS =
            List.of(CallForm.USUAL, new CallForm(false, true), new CallForm(true, false), new CallForm(false, false));
    private static final String SHORT_ID = "probecal1";
    private static final String LONG_ID = "call_probe_1234567890";
    private static final String VALUE = "probe value";
    private static final String RESULT = "probe result";
    private static final String FIRST = "probe first";
    private static final String LAST = "probe last";

    static Abilities of(ChatTemplate template, String bos, String eos) {
        var probe = new Probe(template, bos, eos);
        Optional<CallForm> form = FORMS.stream()
                .filter(f -> probe.shows(f, List.of(VALUE), calling(SHORT_ID, 1)))
                .filter(f -> !f.nullContent() || !probe.printsNull(f, calling(SHORT_ID, 1)))
                .findFirst();
        CallForm known = form.orElse(CallForm.USUAL);
        return new Abilities(
                probe.shows(known, List.of(VALUE), List.of(Message.system(VALUE), Message.user("hello"))),
                probe.shows(
                        known,
                        List.of(FIRST, VALUE, LAST),
                        List.of(
                                Message.system(FIRST),
                                Message.user("hello"),
                                Message.assistant("hello"),
                                Message.system(VALUE),
                                Message.user("hello"),
                                Message.system(LAST))),
                probe.showsTools(),
                form.isPresent(),
                probe.shows(known, List.of("probe_0", "probe_1"), calling(SHORT_ID, 2)),
                probe.shows(known, List.of(RESULT), calling(SHORT_ID, 1)),
                probe.shows(known, List.of(VALUE), calling(SHORT_ID, 1, Optional.of("hello"))),
                probe.shows(known, List.of(FIRST, LAST), List.of(Message.user(FIRST), Message.user(LAST))),
                probe.shows(known, List.of(RESULT, LAST), followed(calling(SHORT_ID, 1), Message.user(LAST))),
                known,
                form.isPresent() && !probe.shows(known, List.of(VALUE), calling(LONG_ID, 1)));
    }

    private static List<Message> calling(String id, int calls) {
        return calling(id, calls, Optional.empty());
    }

    /**
     * A question, the model's calls for it, and their results.
     *
     * @param said the model's text and reasoning beside the calls
     */
    private static List<Message> calling(String id, int calls, Optional<String> said) {
        var messages = new ArrayList<Message>();
        messages.add(Message.user("hello"));
        var made = new ArrayList<ToolCall>();
        for (int i = 0; i < calls; i++) {
            made.add(new ToolCall(id, "probe_" + i, "{\"probe_key\": \"" + VALUE + "\"}"));
        }
        messages.add(new Message.Assistant(said, said, made, Optional.empty()));
        made.forEach(call -> messages.add(Message.tool(call.id(), RESULT)));
        return messages;
    }

    private static List<Message> followed(List<Message> messages, Message last) {
        return Stream.concat(messages.stream(), Stream.of(last)).toList();
    }

    /** Renders conversations and inspects the result. */
    private record Probe(ChatTemplate template, String bos, String eos) {
        private static final LocalDateTime ANY_TIME = LocalDateTime.of(2025, 1, 1, 0, 0);
        private static final ToolSpec TOOL =
                new ToolSpec("probe_0", "probe description", ToolSpec.NO_PARAMETERS, false);

        boolean showsTools() {
            return render(CallForm.USUAL, List.of(Message.user("hello")))
                    .map(text -> text.contains(TOOL.name()))
                    .orElse(false);
        }

        /** Whether all these texts are in the result, and JSON not as JSON within JSON. */
        boolean shows(CallForm form, List<String> texts, List<Message> messages) {
            return render(form, messages)
                    .map(text -> texts.stream().allMatch(text::contains) && !text.contains("probe_key\\\""))
                    .orElse(false);
        }

        /** Whether null appears in the text as a word, as with a template that only handles text. */
        boolean printsNull(CallForm form, List<Message> messages) {
            var empty = new CallForm(false, form.objectArguments());
            return render(form, messages)
                    .map(text -> render(empty, messages)
                            .map(without -> text.length() > without.length())
                            .orElse(false))
                    .orElse(false);
        }

        private Optional<String> render(CallForm form, List<Message> messages) {
            var request = CompletionRequest.chat(messages).withTools(ToolSet.auto(List.of(TOOL)));
            var chat = new Input.Chat(messages, Map.of());
            Map<String, @Nullable Object> variables = new HashMap<>(ChatVariables.of(request, chat, form));
            variables.put("bos_token", bos);
            variables.put("eos_token", eos);
            try {
                return Optional.of(template.render(variables, ANY_TIME));
            } catch (TemplateException | IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
