package io.baseload.service.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.OutputFormat;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code '} stands for a quotation mark. */
class FormatFieldsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'structured_outputs':{'json':{}}};false",
                "{'structured_outputs':{'json':{},'disable_additional_properties':true}};false",
                "{'structured_outputs':{'json':{},'disable_additional_properties':false}};true",
                "{'structured_outputs':{'json':'{}','disable_additional_properties':false}};true",
                "{'guided_json':{}};false",
                "{'response_format':{'type':'json_schema','json_schema':{'name':'a','schema':{}}}};false",
            })
    void objectsAreOpenIfTheRequestSaysSo(String body, boolean open) {
        Fields fields = Fields.of(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        assertThat(FormatFields.read(fields))
                .isInstanceOfSatisfying(
                        OutputFormat.JsonSchema.class,
                        format -> assertThat(format.open()).isEqualTo(open));
    }
}
