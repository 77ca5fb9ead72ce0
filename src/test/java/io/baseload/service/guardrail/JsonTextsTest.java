package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What of JSON changes if one of its texts is replaced. */
class JsonTextsTest {
    private static String redacted(String json) {
        return JsonTexts.rewrite(json, text -> text.contains("@") ? "[email]" : text);
    }

    @Test
    void otherNumbersStayAsTheyAre() {
        assertThat(redacted(
                        "{\"to\":\"a@b.c\",\"x\":0.12345678901234567890,\"price\":1.10,\"id\":12345678901234567890}"))
                .isEqualTo(
                        "{\"to\":\"[email]\",\"x\":0.12345678901234567890,\"price\":1.10,\"id\":12345678901234567890}");
    }

    @Test
    void jsonOfVeryManyValuesIsOneText() {
        var texts = new ArrayList<String>();
        String many = "[" + "{},".repeat(60_000) + "\"a@b.c\"]";
        JsonTexts.rewrite(many, text -> {
            texts.add(text);
            return text;
        });
        assertThat(texts).containsExactly(many);
    }

    @Test
    void noMemberIsLostBehindAPlaceholder() {
        assertThat(redacted("{\"a@b.c\":1,\"d@e.f\":2,\"[email] 2\":3,\"g@h.i\":4}"))
                .isEqualTo("{\"[email]\":1,\"[email] 2\":2,\"[email] 2 2\":3,\"[email] 3\":4}");
    }
}
