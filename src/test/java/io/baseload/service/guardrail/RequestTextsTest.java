package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolCall;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class RequestTextsTest {
    @Test
    void namesOfAllMessagesAndOfCallsAreTexts() {
        var request = CompletionRequest.chat(List.of(
                new Message.Instructions("a", Optional.of("b")),
                new Message.User("c", Optional.of("d")),
                new Message.Assistant(
                        Optional.of("e"),
                        Optional.of("f"),
                        List.of(new ToolCall("id", "g", "\"h\"")),
                        Optional.of("i")),
                new Message.Tool("id", "\"j\"", Optional.of("k"))));
        var rewritten = (Input.Chat) new RequestTexts(text -> text.toUpperCase(Locale.ROOT))
                .rewrite(request)
                .input();
        assertThat(rewritten.messages())
                .containsExactly(
                        new Message.Instructions("A", Optional.of("B")),
                        new Message.User("C", Optional.of("D")),
                        new Message.Assistant(
                                Optional.of("E"),
                                Optional.of("F"),
                                List.of(new ToolCall("ID", "G", "\"H\"")),
                                Optional.of("I")),
                        new Message.Tool("ID", "\"J\"", Optional.of("K")));
    }

    @Test
    void anAnswersSchemaIsRewrittenAndAnExpressionIsRefused() {
        var chat = CompletionRequest.chat(List.of(Message.user("a")));
        var texts = new RequestTexts(text -> text.replace("ann@b.c", "[email]"));
        assertThat(texts.rewrite(chat.withFormat(
                                new OutputFormat.JsonSchema("f", "{\"const\":\"ann@b.c\"}", false, false)))
                        .format())
                .isEqualTo(new OutputFormat.JsonSchema("f", "{\"const\":\"[email]\"}", false, false));
        var kept = chat.withFormat(new OutputFormat.Regex("f", "[a-z]+"));
        assertThat(texts.rewrite(kept)).isEqualTo(kept);
        for (OutputFormat format : List.of(
                new OutputFormat.Regex("f", "to ann@b.c"),
                new OutputFormat.Choice("f", List.of("yes", "ann@b.c")),
                new OutputFormat.Grammar("f", "root ::= \"ann@b.c\""))) {
            assertThatThrownBy(() -> texts.rewrite(chat.withFormat(format)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("Invalid 'f': a filter of this tenant would replace part of it");
        }
    }

    @Test
    void resultsStillBelongToTheirCalls() {
        var request = CompletionRequest.chat(List.of(
                Message.user("a"),
                new Message.Assistant(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new ToolCall("ann@b.c", "f", "{}"), new ToolCall("bob@b.c", "g", "{}")),
                        Optional.empty()),
                new Message.Tool("bob@b.c", "2", Optional.empty()),
                new Message.Tool("ann@b.c", "1", Optional.empty())));
        var rewritten = (Input.Chat) new RequestTexts(text -> text.contains("@") ? "[email]" : text)
                .rewrite(request)
                .input();
        assertThat(rewritten.messages())
                .contains(
                        new Message.Assistant(
                                Optional.empty(),
                                Optional.empty(),
                                List.of(new ToolCall("[email]", "f", "{}"), new ToolCall("[email] 2", "g", "{}")),
                                Optional.empty()),
                        new Message.Tool("[email] 2", "2", Optional.empty()),
                        new Message.Tool("[email]", "1", Optional.empty()));
    }

    @Test
    void namesInVariablesAreTextsAndNoneIsLostBehindAPlaceholder() {
        Map<String, Object> variables = Map.of("people", Map.of("ann@example.com", 1, "bob@example.com", 2));
        var request = CompletionRequest.chat(List.of(Message.user("a")))
                .withInput(new Input.Chat(List.of(Message.user("a")), variables));
        var rewritten = (Input.Chat) new RequestTexts(text -> text.contains("@") ? "[email]" : text)
                .rewrite(request)
                .input();
        assertThat(rewritten.variables().get("people"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsOnlyKeys("[email]", "[email] 2")
                .containsValues(1, 2);
    }

    /** It has no texts, but its tree would be thirty times its size. */
    @Test
    void argumentsOfVeryManyValuesAreRefused() {
        String arguments = "[" + "{},".repeat(1 << 20) + "{}]";
        var request = CompletionRequest.chat(List.of(
                Message.user("a"),
                new Message.Assistant(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(new ToolCall("id", "f", arguments)),
                        Optional.empty())));
        var settings = new FilterSettings.OfPersonalData("pii", Set.of(), Set.of(), Map.of(), "ZZ");
        var chain = new FilterChain(
                List.of(new PersonalDataFilter(settings)), new Subject("req_1", "acme", "m", Side.REQUEST));
        assertThatThrownBy(() -> FilteredRequest.of(request, chain))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at most 100000 names, values and brackets");
    }
}
