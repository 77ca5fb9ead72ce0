package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextCutTest {
    /** A bar marks the last place. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Some |words",
                "Some words |",
                "Some words\n|3",
                "3 apples and |4",
                "apple 3\nbanana |4\n",
                "apple 3\r\nbanana |4",
                "call |3, then 4",
                "her card |4111 1111",
                "邮箱|a",
                "12 😀 words |12"
            })
    void isAfterAWord(String marked) {
        assertThat(TextCut.place(marked.replace("|", ""), 0, 0)).isEqualTo(marked.indexOf('|'));
    }

    /** Of a phone number. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "+49 30 123456 ext. ",
                "+49 30 123456, ext. ",
                "+49 30 123456 , ext. ",
                "+49 30 123456 \t, \u00a0 extension ",
                "+49 30 123456\u200b ext. ",
                "+𝟒𝟗 𝟑𝟎 𝟏𝟐𝟑𝟒𝟓𝟔 ext. "
            })
    void isNotBeforeAnExtension(String number) {
        assertThat(TextCut.place(number, 0, 0)).isZero();
    }

    /** As long as an answer can be, and without a place: looked through once. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", " ", ", ", "4\n"})
    void isSoughtInTimeThatGrowsWithTheText(String repeated) {
        assertThat(TextCut.place(repeated.repeat(1 << 20), 0, 0)).isZero();
    }

    @Test
    void isAfterTheWindow() {
        assertThat(TextCut.place("Some words of text ", 0, 12)).isEqualTo(19);
        assertThat(TextCut.place("Some words 12", 0, 12)).isZero();
        assertThat(TextCut.place("Some words 12", 11, 0)).isZero();
    }
}
