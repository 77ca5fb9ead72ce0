package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that pass through filters in pieces of any size. */
class AnswerFilterTest {
    private static final String ANSWER =
            "Ann is at ann@example.com 😀, and her card is 4111 1111 1111 1111. Her IBAN, she says, is DE89 3704 0044"
                + " 0532 0130 00\n"
                + "and 12 apples cost 3. 她的邮箱是ann@example.com。Call +49 30 123456 ext. 12. Or +49 30 123456 , ext. 12."
                + " Or pay to NL91 ABNA 0417 1643 00, to gb82 west 1234 5698 7654 32 or IE29 AIBK 9311 5212 3456 78"
                + " please.";
    private static final String REDACTED =
            "Ann is at [EMAIL] 😀, and her card is [CREDIT_CARD]. Her IBAN, she says, is [IBAN]\nand 12 apples cost 3."
                    + " 她的邮箱是[EMAIL]。Call [PHONE]. Or [PHONE]. Or pay to [IBAN], to [IBAN] or [IBAN] please.";

    private final List<CompletionEvent> heard = new ArrayList<>();
    private final CompletableFuture<CompletionEvent> end = new CompletableFuture<>();

    private static FilterChain chain(Handling handling) {
        var kinds = Map.of(
                PersonalData.EMAIL, handling,
                PersonalData.IBAN, handling,
                PersonalData.CREDIT_CARD, handling,
                PersonalData.PHONE, handling);
        return chain(new PersonalDataFilter(
                new FilterSettings.OfPersonalData("pii", Set.of(Side.ANSWER), Set.of(), kinds, "ZZ")));
    }

    private static FilterChain chain(Filter... filters) {
        return new FilterChain(List.of(filters), new Subject("r", "t", "m", Side.ANSWER));
    }

    private AnswerFilter filter(FilterChain chain, int choices, Consumer<CompletionEvent> meanwhile) {
        return new AnswerFilter(chain, choices, event -> {
            meanwhile.accept(event);
            heard.add(event);
            if (event instanceof CompletionEvent.Finished || event instanceof CompletionEvent.Failed) {
                end.complete(event);
            }
        });
    }

    private CompletionEvent finish(AnswerFilter filter, StopReason reason) throws Exception {
        filter.accept(new CompletionEvent.ChoiceFinished(0, reason, Optional.empty()));
        filter.accept(new CompletionEvent.Finished(new Usage(1, 2), 0, false));
        return end.get(5, TimeUnit.MINUTES);
    }

    private String text() {
        var text = new StringBuilder();
        heard.forEach(event -> {
            if (event instanceof CompletionEvent.Text piece) {
                text.append(piece.text());
            }
        });
        return text.toString();
    }

    @Test
    void findsTextsThatSpanPieces() throws Exception {
        var random = new Random(1);
        for (int round = 0; round < 50; round++) {
            var once = new AnswerFilterTest();
            var filter = once.filter(chain(Handling.REDACT), 1, event -> {});
            int most = 1 + random.nextInt(12);
            for (int from = 0; from < ANSWER.length(); ) {
                int to = Math.min(ANSWER.length(), from + 1 + random.nextInt(most));
                if (Character.isLowSurrogate(ANSWER.charAt(Math.min(to, ANSWER.length() - 1)))) {
                    to++;
                }
                filter.accept(new CompletionEvent.Text(0, ANSWER.substring(from, to), List.of()));
                from = to;
            }
            once.finish(filter, StopReason.STOP);
            assertThat(once.text()).as("round " + round).isEqualTo(REDACTED);
            assertThat(once.heard).as("it is sent in parts").hasSizeGreaterThan(10);
            assertThat(filter.verdicts())
                    .singleElement()
                    .satisfies(verdict -> assertThat(verdict.findings())
                            .isEqualTo(Map.of("email", 2, "credit_card", 1, "iban", 4, "phone", 2)));
        }
    }

    @Test
    void aBlockEndsTheChoiceAndNothingMoreOfItIsSent() throws Exception {
        var filter = filter(chain(Handling.BLOCK), 2, event -> {});
        for (String piece : List.of("Write to ", "me: ann@exa", "mple.com ", "or ", "bob")) {
            filter.accept(new CompletionEvent.Text(0, piece, List.of()));
        }
        filter.accept(new CompletionEvent.Text(1, "Fine", List.of()));
        filter.accept(new CompletionEvent.ChoiceFinished(1, StopReason.STOP, Optional.empty()));
        assertThat(finish(filter, StopReason.LENGTH)).isInstanceOf(CompletionEvent.Finished.class);
        assertThat(heard)
                .containsExactly(
                        new CompletionEvent.Text(0, "Write to ", List.of()),
                        new CompletionEvent.Text(0, "me: ", List.of()),
                        new CompletionEvent.ChoiceFinished(0, StopReason.CONTENT_FILTER, Optional.empty()),
                        new CompletionEvent.Text(1, "Fine", List.of()),
                        new CompletionEvent.ChoiceFinished(1, StopReason.STOP, Optional.empty()),
                        new CompletionEvent.Finished(new Usage(1, 2), 0, false));
        assertThat(filter.isBlocked(0)).isTrue();
        assertThat(filter.isBlocked(1)).isFalse();
    }

    @Test
    void argumentsAreFilteredWhenTheyAreComplete() throws Exception {
        var filter = filter(chain(Handling.REDACT), 1, event -> {});
        filter.accept(new CompletionEvent.Reasoning(0, "Ask ann@exam"));
        filter.accept(new CompletionEvent.Reasoning(0, "ple.com."));
        filter.accept(new CompletionEvent.ToolCallStarted(0, 0, "call_1", "mail"));
        for (String part : List.of("{\"to\":\"ann\\u00", "40example.com\",", "\"card\":41111111", "11111111}")) {
            filter.accept(new CompletionEvent.ToolCallArguments(0, 0, part));
        }
        filter.accept(new CompletionEvent.ToolCallStarted(0, 1, "call_2", "none"));
        filter.accept(new CompletionEvent.ToolCallArguments(0, 1, "{ \"a\": 1 }"));
        finish(filter, StopReason.TOOL_CALLS);
        assertThat(heard.subList(0, 7))
                .containsExactly(
                        new CompletionEvent.Reasoning(0, "Ask "),
                        new CompletionEvent.Reasoning(0, "[EMAIL]."),
                        new CompletionEvent.ToolCallStarted(0, 0, "call_1", "mail"),
                        new CompletionEvent.ToolCallArguments(0, 0, "{\"to\":\"[EMAIL]\",\"card\":\"[CREDIT_CARD]\"}"),
                        new CompletionEvent.ToolCallStarted(0, 1, "call_2", "none"),
                        new CompletionEvent.ToolCallArguments(0, 1, "{ \"a\": 1 }"),
                        new CompletionEvent.ChoiceFinished(0, StopReason.TOOL_CALLS, Optional.empty()));
    }

    private static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("broken"), new StackOverflowError("broken"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFilterThatBreaksFailsTheAnswer(Throwable failure) throws Exception {
        var broken = new Filter() {
            @Override
            public FilterResult apply(List<String> texts, Subject subject) {
                switch (failure) {
                    case Error error -> throw error;
                    default -> throw (RuntimeException) failure;
                }
            }

            @Override
            public int window() {
                return 0;
            }
        };
        var filter = filter(chain(broken), 1, event -> {});
        filter.accept(new CompletionEvent.Text(0, "Some words. ", List.of()));
        var last = finish(filter, StopReason.STOP);
        assertThat(last).isInstanceOf(CompletionEvent.Failed.class);
        assertThat(heard).hasSize(1);
        assertThat(filter.isBlocked(0)).isTrue();
    }

    @Test
    void aCancelledAnswerDropsItsHeldText() throws Exception {
        var filter = filter(chain(Handling.REDACT), 1, event -> {});
        filter.accept(new CompletionEvent.Text(0, "ann@example", List.of()));
        filter.accept(new CompletionEvent.Finished(new Usage(1, 2), 0, true));
        end.get(5, TimeUnit.MINUTES);
        assertThat(heard).hasSize(1);
    }
}
