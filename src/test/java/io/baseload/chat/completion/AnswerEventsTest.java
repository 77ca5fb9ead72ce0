package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.format.AnswerFormat;
import io.baseload.chat.format.ToolFormats;
import io.baseload.chat.stop.StopTexts;
import io.baseload.chat.tokenizer.TokenBytes;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stop texts beside calls. */
class AnswerEventsTest {
    private static final String CALL = "<tool_call>{\"name\": \"ping\", \"arguments\": {\"a\": 1}}</tool_call>";

    private final Heard heard = new Heard();

    private AnswerEvents events(String... stops) {
        var format = new AnswerFormat(ToolFormats.named("hermes").orElseThrow(), "", text -> false);
        var tools = ToolSet.auto(List.of(new ToolSpec("ping", "", ToolSpec.NO_PARAMETERS, false)));
        return new AnswerEvents(
                0,
                format.reader(tools, ""),
                StopTexts.of(List.of(stops)).scanner(),
                new Logprobs(bytes(), false),
                heard);
    }

    private static TokenBytes bytes() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            return Tokenizer.of(GgufVocabulary.read(file.metadata())).bytes();
        }
    }

    @Test
    void aCallAfterAStopTextThatWaitedForALongerOneIsNotTold() {
        AnswerEvents events = events("b", "ab again");
        events.append("Now ab" + CALL);
        events.finish(false);
        assertThat(heard.texts).containsEntry(0, "Now a");
        assertThat(events.stopText()).contains("b");
        assertThat(heard.calls).isEmpty();
        assertThat(events.called()).isFalse();
    }

    @Test
    void aCallAfterTheBeginningOfAStopTextIsTold() {
        AnswerEvents events = events("ab again");
        events.append("Now ab" + CALL);
        events.finish(false);
        assertThat(heard.texts).containsEntry(0, "Now ab");
        assertThat(events.stopText()).isEmpty();
        assertThat(heard.calls)
                .extracting(CompletionEvent.ToolCallStarted::name)
                .containsExactly("ping");
        assertThat(heard.arguments).containsEntry(0, "{\"a\": 1}");
    }
}
