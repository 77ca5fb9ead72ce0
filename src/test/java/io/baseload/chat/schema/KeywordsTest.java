package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keywords one by one, and together. {@code '} stands for a quotation mark. */
class KeywordsTest {
    private static TextReader read(String schema) {
        return new TextReader(SchemaGrammar.of(schema.replace('\'', '"'), Layout.FREE, CodePoints.ALL));
    }

    private static void check(String schema, String yes, String no) {
        TextReader reader = read(schema);
        assertThat(reader.departure(yes.replace('\'', '"'))).as(yes).isEmpty();
        assertThat(Example.problems(schema.replace('\'', '"'), yes.replace('\'', '"')))
                .isEmpty();
        assertThat(reader.departure(no.replace('\'', '"'))).as(no).isPresent();
    }

    private static void isRefused(String schema, String reason) {
        assertThatThrownBy(() -> read(schema))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'unevaluatedProperties':false,'allOf':[{'properties':{'a':{}}}],'properties':{'b':{}}};{'a':1,'b':1};{'c':1}",
                "{'$ref':'#/$defs/x','$defs':{'x':{'unevaluatedProperties':false,'properties':{'a':{}}}}};{'a':1};{'b':1}",
                "{'unevaluatedProperties':false,'anyOf':[{'properties':{'a':{}}},{'properties':{'b':{}}}]};{'b':1};{'c':1}",
                "{'unevaluatedProperties':true,'properties':{'a':{}}};{'a':1};{'a':1,'a':1}",
                "{'unevaluatedProperties':false,'required':['a'],'anyOf':[{'properties':{'b':{}}},{'properties':{'a':{}}}]};{'a':1};{'b':1}",
            })
    void unevaluatedPropertiesSeesWhatItsOwnSchemaSays(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'allOf':[{'properties':{'a':{}}},{'unevaluatedProperties':false}]};#/allOf/1/unevaluatedProperties",
                "{'properties':{'b':{}},'anyOf':[{'properties':{'a':{}},'unevaluatedProperties':false}]};#/anyOf/0/unevaluatedProperties",
                "{'properties':{'b':{}},'$ref':'#/$defs/x','$defs':{'x':{'unevaluatedProperties':false}}};#/$defs/x/unevaluatedProperties",
                "{'unevaluatedProperties':{'type':'string'}};#/unevaluatedProperties",
                "{'unevaluatedProperties':false,'required':['a']};no text",
            })
    void unevaluatedPropertiesBesideOthersIsRefused(String schema, String reason) {
        isRefused(schema, reason);
    }

    @ParameterizedTest
    @CsvSource({"hostname,'XN--aa---o47jg78q'", "idn-hostname,'xn--X'", "email,'a@xn--x.com'", "uri,'http://xn--x.de/'"
    })
    void hostsHaveNoEncodedLabels(String format, String host) {
        assertThat(read("{\"format\":\"" + format + "\"}").departure("\"" + host + "\""))
                .isPresent();
    }
}
