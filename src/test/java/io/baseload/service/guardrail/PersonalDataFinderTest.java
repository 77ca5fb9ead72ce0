package io.baseload.service.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Personal data in texts, its places, and texts that only resemble it. */
class PersonalDataFinderTest {
    private static final String IBAN = "DE89 3704 0044 0532 0130 00";

    private static String redacted(String text) {
        var kinds = new EnumMap<PersonalData, Handling>(PersonalData.class);
        for (PersonalData kind : PersonalData.values()) {
            kinds.put(kind, Handling.REDACT);
        }
        var filter = new PersonalDataFilter(
                new FilterSettings.OfPersonalData("pii", Set.of(Side.REQUEST), Set.of(), kinds, "DE"));
        return filter.apply(List.of(text), new Subject("r", "t", "m", Side.REQUEST))
                .texts()
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Write to ann.o'hara+x@example.com. Thanks!|Write to [EMAIL]. Thanks!",
                "<ann@example.co.uk>,bob@example.org|<[EMAIL]>,[EMAIL]",
                "ann@example.com.And then|[EMAIL].And then",
                "müller@example.de|[EMAIL]",
                "我的邮箱是ann@example.com谢谢|我的邮箱是[EMAIL]谢谢",
                "a@b, me@localhost, @ann, ann@|a@b, me@localhost, @ann, ann@",
                "IBAN DE89370400440532013000!|IBAN [IBAN]!",
                "to de89 3704 0044 0532 0130 00 please|to [IBAN] please",
                "DE89 3704 0044 0532 0130 01|DE89 3704 0044 0532 0130 01",
                "card 4111 1111 1111 1111, exp|card [CREDIT_CARD], exp",
                "4111-1111-1111-1111|[CREDIT_CARD]",
                "378282246310005 5500005555555559|[CREDIT_CARD] [CREDIT_CARD]",
                "4111111111111112 and x4111111111111111|4111111111111112 and x4111111111111111",
                "call +49 30 123456 or 030/123456 now|call [PHONE] or [PHONE] now",
                "😀 ann@example.com 😀 4111111111111111 😀|😀 [EMAIL] 😀 [CREDIT_CARD] 😀",
                "４１１１ １１１１ １１１１ １１１１|[CREDIT_CARD]",
                "ann＠example.com|[EMAIL]",
                "41\u200b11111111111111|[CREDIT_CARD]",
                "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏😀|[CREDIT_CARD]😀",
                "In 2024 it was 12.5 % of 1,000,000|In 2024 it was 12.5 % of 1,000,000"
            })
    void replacesPersonalData(String text, String expected) {
        assertThat(redacted(text)).isEqualTo(expected);
    }

    @Test
    void countsReportedDataAndKeepsIt() {
        var filter = new PersonalDataFilter(new FilterSettings.OfPersonalData(
                "pii",
                Set.of(Side.REQUEST),
                Set.of(),
                Map.of(PersonalData.EMAIL, Handling.REPORT, PersonalData.IBAN, Handling.REDACT),
                "ZZ"));
        var filtered =
                filter.apply(List.of("a@example.com b@example.com", IBAN), new Subject("r", "t", "m", Side.REQUEST));
        assertThat(filtered.texts()).containsExactly("a@example.com b@example.com", "[IBAN]");
        var verdict = filtered.verdicts().getFirst();
        assertThat(verdict.action()).isEqualTo(Action.REDACT);
        assertThat(verdict.findings()).isEqualTo(Map.of("email", 2, "iban", 1));
    }

    /** Long texts of which every part looks like a beginning: whatever grew faster than they do would not end. */
    @ParameterizedTest
    @ValueSource(
            strings = {"@", "a@a.", "a.", "1 ", "4111-", "DE89 ", "DE89", "+1", "+49 30 ", "a@", "(1)", "\u200b", "😀@"
            })
    void hostileTextsAreReadThrough(String part) {
        String text = part.repeat(200_000 / part.length());
        assertThat(new PersonalDataFinder(Set.of(PersonalData.values()), "US").find(text + " ann@example.com"))
                .last()
                .satisfies(last -> {
                    assertThat(last.kind()).isEqualTo(PersonalData.EMAIL);
                    assertThat(last.end()).isEqualTo(text.length() + 16);
                });
    }
}
