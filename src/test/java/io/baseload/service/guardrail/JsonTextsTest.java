package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of JSON changes if one of its texts is replaced. */
class JsonTextsTest {
    private static String redacted(String json) {
        return JsonTexts.rewrite(json, "messages", text -> text.contains("@") ? "[email]" : text);
    }

    @Test
    void otherNumbersStayAsTheyAre() {
        assertThat(redacted(
                        "{\"to\":\"a@b.c\",\"x\":0.12345678901234567890,\"price\":1.10,\"id\":12345678901234567890}"))
                .isEqualTo(
                        "{\"to\":\"[email]\",\"x\":0.12345678901234567890,\"price\":1.10,\"id\":12345678901234567890}");
    }

    @ParameterizedTest
    @MethodSource("hiding")
    void jsonThatHidesItsTextsIsRefused(String json) {
        assertThatThrownBy(() -> redacted(json))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo("messages"));
    }

    static List<String> hiding() {
        String escaped = "\"a\\u0040b.c\"";
        return List.of(
                "[" + "{},".repeat(60_000) + escaped + "]",
                "[".repeat(600) + escaped + "]".repeat(600),
                "{\"x\":1,\"x\":2,\"to\":" + escaped + "}",
                "[NaN," + escaped + "]",
                "[-Infinity," + escaped + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@b.c", "{\"x\":1,\"x\":1 a@b.c", "[1] a@b.c", "NaN a@b.c"})
    void whatIsNoJsonIsOneText(String text) {
        assertThat(redacted(text)).isEqualTo("[email]");
    }

    @Test
    void noMemberIsLostBehindAPlaceholder() {
        assertThat(redacted("{\"a@b.c\":1,\"d@e.f\":2,\"[email] 2\":3,\"g@h.i\":4}"))
                .isEqualTo("{\"[email]\":1,\"[email] 2\":2,\"[email] 2 2\":3,\"[email] 3\":4}");
    }
}
