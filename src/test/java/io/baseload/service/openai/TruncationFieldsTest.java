package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Truncation;
import io.baseload.service.protocol.Fields;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields of several servers for texts that are too long. */
class TruncationFieldsTest {
    private static Fields fields(String json) {
        return Fields.of(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static OptionalInt number(int number) {
        return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** 0 = texts, or documents, of any length are not cut. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'truncate': true}                                       | -1  | 0
        {'truncate': 'END'}                                      | -1  | 0
        {'truncate': 'NONE'}                                     | 0   | 0
        {'truncate': false}                                      | 0   | 0
        {'truncation': true}                                     | -1  | 0
        {'truncation': true, 'truncate': true}                   | -1  | 0
        {'truncate_prompt_tokens': -1}                           | -1  | 0
        {'truncate_prompt_tokens': 100}                          | 100 | 0
        {'truncate': true, 'truncate_prompt_tokens': 100}        | 100 | 0
        {'max_tokens_per_doc': 4096}                             | 0   | 4096
        {'max_tokens_per_doc': 0}                                | 0   | 0
        {'max_tokens_per_doc': 50, 'truncation': true}           | -1  | 50
        """)
    void eachServersFieldsAreRead(String json, int text, int document) {
        Truncation read = TruncationFields.ofDocuments(fields(json));
        assertThat(read.text()).isEqualTo(number(text));
        assertThat(read.document()).isEqualTo(number(document));
        assertThat(read.fields()).as("as they were sent").hasSameSizeAs(json.split(","));
    }

    @Test
    void otherFieldsMeanNothing() {
        String side = "{'truncation_side': 'right', 'truncation_direction': 'Right', 'max_tokens_per_query': 0}";
        assertThat(TruncationFields.ofDocuments(fields(side))).isEqualTo(Truncation.NONE);
        assertThat(TruncationFields.ofTexts(fields("{'max_tokens_per_doc': 7, 'truncate': null}")))
                .isEqualTo(Truncation.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'truncate': 1}                                          | truncate               | invalid_type
        {'truncate': 'middle'}                                   | truncate               | invalid_value
        {'truncate': 'START'}                                    | truncate               | unsupported_value
        {'truncation': 'auto'}                                   | truncation             | invalid_type
        {'truncation': true, 'truncate': false}                  | truncation             | invalid_value
        {'truncate_prompt_tokens': 0}                            | truncate_prompt_tokens | invalid_value
        {'truncate_prompt_tokens': -2}                           | truncate_prompt_tokens | integer_below_min_value
        {'truncate_prompt_tokens': 5, 'truncate': false}         | truncate_prompt_tokens | invalid_value
        {'truncation_side': 'left'}                              | truncation_side        | unsupported_value
        {'truncation_direction': 'Left'}                         | truncation_direction   | unsupported_value
        {'truncation_direction': 'up'}                           | truncation_direction   | invalid_value
        {'max_tokens_per_doc': -1}                               | max_tokens_per_doc     | integer_below_min_value
        {'max_tokens_per_query': 5}                              | max_tokens_per_query   | unsupported_value
        """)
    void whatCanNotBeDoneIsRefusedByName(String json, String field, String code) {
        assertThatThrownBy(() -> TruncationFields.ofDocuments(fields(json)))
                .isInstanceOfSatisfying(InvalidRequestException.class, e -> {
                    assertThat(e.field()).isEqualTo(field);
                    assertThat(e.code()).isEqualTo(code);
                });
    }
}
