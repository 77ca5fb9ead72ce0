package io.baseload.service.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.service.protocol.Fields;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentBlockTest {
    private static final String TEXT = """
        {"type": "document", "title": "Menu", "context": "of today", "cache_control": {"type": "ephemeral"},
         "citations": {"enabled": false},
         "source": {"type": "text", "media_type": "text/plain", "data": "Soup & bread"}}\
        """;

    private static List<Message> read(String content) {
        String messages = "{\"messages\": [{\"role\": \"user\", \"content\": [" + content + "]}]}";
        return MessageBlocks.read(
                        Fields.of(messages.getBytes(StandardCharsets.UTF_8)).require("messages"),
                        signature -> Optional.empty())
                .messages();
    }

    @Test
    void aDocumentIsTextInTags() {
        assertThat(read(TEXT + ", {\"type\": \"text\", \"text\": \"What is there?\"}"))
                .containsExactly(Message.user("""
                    <document>
                    <title>Menu</title>
                    <context>of today</context>
                    <document_content>
                    Soup & bread
                    </document_content>
                    </document>
                    What is there?\
                    """));
    }

    @Test
    void itsSourceMayBeBlocksOfText() {
        assertThat(read("""
            {"type": "document", "title": null, "context": "", "source": {"type": "content",
             "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}}\
            """)).containsExactly(Message.user("""
                <document>
                <document_content>
                one
                two
                </document_content>
                </document>\
                """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="} | source.type
        {"type": "url", "url": "https://example.com/a.pdf"}                     | source.type
        {"type": "file", "file_id": "file_1"}                                   | source.type
        {"type": "text", "media_type": "text/html", "data": "x"}                | source.media_type
        {"type": "content", "content": [{"type": "image", "source": {}}]}       | source.content[0].type
        """)
    void otherSourcesAreRefused(String source, String field) {
        assertThatThrownBy(() -> read("{\"type\": \"document\", \"source\": " + source + "}"))
                .hasMessageContaining("text")
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("messages[0].content[0]." + field));
    }

    @Test
    void soAreCitations() {
        assertThatThrownBy(() -> read(TEXT.replace("false", "true")))
                .hasMessageContaining("'messages[0].content[0].citations.enabled'");
    }
}
