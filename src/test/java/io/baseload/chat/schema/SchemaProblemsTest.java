package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors in a schema are reported with their place and the allowed values. {@code '} stands for a quotation mark. */
class SchemaProblemsTest {
    private static TextReader read(String schema) {
        return new TextReader(SchemaGrammar.of(schema.replace('\'', '"'), Layout.FREE, CodePoints.ALL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'minimum':1e4000};#/minimum;minimum must be a number of at most 40 digits",
                "{'items':{'maximum':-1234567890123456789012345678901234567890.5}};#/items/maximum;at most 40 digits",
                "{'const':1e4000};#/const;const must be of numbers of at most 40 digits",
                "{'enum':['a',{'b':[12345678901234567890123456789012345678901]}]};#/enum;of numbers of at most 40",
                "{'multipleOf':0};#/multipleOf;a number above 0 of at most 12 digits",
                "{'minLength':99999999999};#/minLength;not supported above 1000000",
                "{'minLength':1e400};#/minLength;not supported above 1000000",
                "{'minItems':3,'maxItems':2};#/maxItems;maxItems must be minItems or more, which is 3",
                "{'minLength':3,'maxLength':2};#/maxLength;maxLength must be minLength or more, which is 3",
                "{'minProperties':3,'maxProperties':2};#/maxProperties;maxProperties must be minProperties or more",
                "{'items':{'minimum':0.5,'maximum':0.25}};#/items/maximum;maximum must be minimum or more, which is"
                        + " 0.5",
                "{'uniqueItems':'yes'};#/uniqueItems;uniqueItems must be true or false",
                "{'format':5};#/format;format must be a string",
                "{'patternProperties':{'a/[':{}}};#/patternProperties/a~1[;column 4: a '[' that is not closed",
                "{'type':5};#/type;type must be one or several of object",
                "{'required':'a'};#/required;required must be an array of strings",
                "{'enum':[]};#/enum;enum must be an array of at least one value",
                "{'properties':{'a':{'$ref':'#/b'}}};#/properties/a/$ref;$ref must be a place in the document, not #/b",
                "{'$ref':'#'};#;the schema refers to itself endlessly",
                "{'anyOf':[{'$ref':'#'},{'type':'null'}]};#;refers to itself without a member or an item between",
            })
    void isRefusedWhereItIsWrong(String schema, String place, String problem) {
        assertRefused(schema, place, problem);
    }

    /** The innermost part because of which no text satisfies the whole. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "false;#;no text that the model can write",
                "{'type':'string','enum':[1,2]};#;no text that the model can write",
                "{'required':['a'],'properties':{'a':{'exclusiveMinimum':2,'exclusiveMaximum':3,'type':'integer'}}};#/properties/a;no"
                    + " text",
                "{'required':['a'],'properties':{'a':{'pattern':'^a$','minLength':3}}};#/properties/a;no text",
                "{'allOf':[{'type':'string'},{'type':'integer'}]};#/allOf/0;no text",
                "{'anyOf':[{'type':'array','items':{'const':1,'type':'string'},'minItems':1}]};#/anyOf/0/items;no text",
                "{'required':['a'],'properties':{'a':{'$ref':'#'}}};#;refers to itself endlessly",
                "{'minItems':1,'items':{'$ref':'#/$defs/a'},'$defs':{'a':{'required':['b'],'properties':{'b':{'$ref':'#/$defs/a'}}}}};#/$defs/a;refers"
                    + " to itself endlessly",
            })
    void ofAnEmptyLanguageThePartThatIsToBlameIsNamed(String schema, String place, String problem) {
        assertRefused(schema, place, problem);
    }

    private static void assertRefused(String schema, String place, String problem) {
        assertThatThrownBy(() -> read(schema))
                .isInstanceOfSatisfying(
                        GrammarException.class,
                        e -> assertThat(String.valueOf(e.place())).isEqualTo(place))
                .hasMessageContaining(problem);
    }

    /** Optional members without values, and long numbers in annotations, are harmless. */
    @Test
    void optionalMembersWithoutValuesAreOmitted() {
        TextReader reader = read("{'default':12345678901234567890123456789012345678901234567890,"
                + "'properties':{'a':{'type':'string','enum':[1]},'b':{}}}");
        assertThat(reader.departure("{\"b\":1}")).isEmpty();
        assertThat(reader.departure("{\"a\":1}")).isPresent();
    }
}
