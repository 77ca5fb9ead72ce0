package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.TextReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects with members in any order, compared with a third-party validator over all sequences of a few members. {@code '} stands for a quotation mark. */
class UnorderedMembersTest {
    private static final List<String> MEMBERS =
            List.of("\"a\":1", "\"b\":\"x\"", "\"c\":null", "\"ab\":2", "\"\":3", "\"é\\n\":\"y\"");
    private static final int MAX_LENGTH = 3;

    private static TextReader read(String schema) {
        return new TextReader(SchemaGrammar.of(schema, Layout.FREE, CodePoints.ALL));
    }

    /** Objects of up to some different members, in all orders. */
    private static List<String> objects() {
        List<List<String>> all = new ArrayList<>(List.of(List.of()));
        for (int i = 0; i < all.size(); i++) {
            List<String> written = all.get(i);
            if (written.size() < MAX_LENGTH) {
                MEMBERS.stream().filter(member -> !written.contains(member)).forEach(member -> {
                    List<String> more = new ArrayList<>(written);
                    more.add(member);
                    all.add(more);
                });
            }
        }
        return all.stream()
                .map(members -> "{" + String.join(", ", members) + "}")
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'string'}},'required':['a']}",
                "{'type':'object','properties':{'a':{'type':'string'},'ab':{'minimum':2,'type':'number'}}}",
                "{'type':'object','properties':{'c':{},'b':{},'a':{}},'additionalProperties':false,'minProperties':2}",
                "{'type':'object','properties':{'c':{},'b':{},'a':{}},'additionalProperties':false,'maxProperties':2,'required':['b']}",
                "{'type':'object','properties':{'a':{},'b':{},'c':{}},'required':['a','b'],'maxProperties':2}",
                "{'type':'object','additionalProperties':{'type':'integer'},'properties':{'b':{}},'required':['b','']}",
                "{'type':'object','patternProperties':{'^a':{'type':'integer'}},'properties':{'b':false}}",
                "{'type':'object','patternProperties':{'[ab]{1,16}|é':{'type':['integer','string']}},'properties':{'b':{'const':'x'}}}",
                "{'type':'object','patternProperties':{'b|c':{'type':'null'}},'additionalProperties':{'type':'integer'}}",
                "{'type':'object','propertyNames':{'maxLength':1},'properties':{'ab':{},'c':{'type':'null'}}}",
                "{'type':'object','properties':{'é\\n':{'const':'y'},'é':{}}}",
                "{'type':'object','dependentRequired':{'a':['b'],'ab':['']}}",
                "{'type':'object','not':{'required':['a']}}",
                "{'type':'object','properties':{'a':{}},'if':{'required':['a']},'then':{'required':['b']},'else':{'required':['c']}}",
                "{'type':'object','minProperties':1}",
                "{'type':'object','maxProperties':1}",
                "{'type':'object','required':['c','']}",
            })
    void everyOrderOfMembersIsAcceptedIfItIsValid(String quoted) {
        String schema = quoted.replace('\'', '"');
        TextReader reader = read(schema);
        for (String object : objects()) {
            boolean valid = Example.problems(schema, object).isEmpty();
            assertThat(reader.departure(object).isEmpty()).as(object).isEqualTo(valid);
        }
    }

    /** Not all valid objects can be told from others, but no other is accepted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'object','properties':{'a':{},'b':{}},'minProperties':3}",
                "{'type':'object','properties':{'a':{},'b':{}},'minProperties':2,'maxProperties':2}",
                "{'oneOf':[{'type':'object','required':['a']},{'type':'object','required':['b']}]}",
                "{'oneOf':[{'type':'object','properties':{'a':{'const':1}}},{'type':'object','properties':{'b':{'const':'y'}}}]}",
                "{'oneOf':[{'properties':{'a':{'type':'integer'}},'required':['a'],'type':'object'},{'type':'object','maxProperties':1}]}",
                "{'type':'object','not':{'anyOf':[{'required':['a','b']},{'required':['c']}]}}",
                "{'type':'object','not':{'properties':{'a':{'type':'integer'},'b':{'type':'null'}}}}",
                "{'type':'object','patternProperties':{'a':{'type':'integer'},'b':{'type':'string'}}}",
                "{'anyOf':[{'properties':{'a':{'type':'string'}},'type':'object'},{'required':['b','c'],'type':'object'}]}",
            })
    void noInvalidObjectIsAccepted(String quoted) {
        String schema = quoted.replace('\'', '"');
        TextReader reader = read(schema);
        List<String> accepted = objects().stream()
                .filter(object -> reader.departure(object).isEmpty())
                .toList();
        assertThat(accepted)
                .isNotEmpty()
                .allSatisfy(
                        object -> assertThat(Example.problems(schema, object)).isEmpty());
    }

    /** In ECMA-262 é is no word character, in other dialects it is. */
    @Test
    void whereDialectsDifferAMemberSatisfiesBothReadings() {
        TextReader reader = read(
                "{\"type\":\"object\",\"properties\":{\"a\":{}},\"required\":[\"é\"],"
                    + "\"patternProperties\":{\"^\\\\W$\":{\"type\":\"integer\"}},\"additionalProperties\":{\"minimum\":2}}");
        assertThat(reader.departure("{\"é\":3}")).isEmpty();
        assertThat(reader.departure("{\"é\":1}")).isPresent();
        assertThat(reader.departure("{\"é\":true}")).isPresent();
    }

    @Test
    void moreMembersThanCanBeToldApartAreNotCounted() {
        String names = IntStream.range(0, 60).mapToObj(i -> "\"k" + i + "\":{}").collect(Collectors.joining(","));
        assertThatThrownBy(() -> read("{\"type\":\"object\",\"properties\":{" + names
                        + "},\"additionalProperties\":false,\"minProperties\":55}"))
                .hasMessageContaining("minProperties");
    }

    @Test
    void declaredMembersAreNotRepeated() {
        TextReader reader = read("{\"properties\":{\"a\":{}},\"type\":\"object\"}");
        assertThat(reader.departure("{\"a\":1,\"a\":1}")).isPresent();
        assertThat(reader.departure("{\"\\u0061\":1}")).as("another form of a").isPresent();
        assertThat(reader.departure("{\"b\\u0061\":1}")).isEmpty();
    }

    /** Beyond the members that can be distinguished. */
    @Test
    void manyMembersMayComeInAnyOrderToo() {
        String schema =
                "{\"type\":\"object\",\"properties\":{%s},\"required\":[\"k7\",\"k69\"],\"additionalProperties\":false}"
                        .formatted(IntStream.range(0, 70)
                                .mapToObj(i -> "\"k%d\":{\"const\":%d}".formatted(i, i))
                                .collect(Collectors.joining(",")));
        TextReader reader = read(schema);
        assertThat(reader.departure("{\"k69\":69,\"k3\":3,\"k68\":68,\"k7\":7}"))
                .isEmpty();
        assertThat(reader.departure("{\"k69\":69,\"k3\":3,\"k68\":68}")).isPresent();
        assertThat(reader.departure("{\"k69\":69,\"k3\":3,\"k3\":3,\"k7\":7}")).isPresent();
    }

    /** With too many required members to tell in which order they came, they come in the order of the schema. */
    @Test
    void veryManyRequiredMembersComeInTheirOrder() {
        List<String> names =
                IntStream.range(0, 60).mapToObj(i -> "\"k" + i + "\"").toList();
        TextReader reader = read("{\"type\":\"object\",\"required\":" + names + "}");
        List<String> members = names.stream().map(name -> name + ":0").toList();
        assertThat(reader.departure("{" + String.join(",", members) + "}")).isEmpty();
        assertThat(reader.departure("{" + String.join(",", members.reversed()) + "}"))
                .isPresent();
        assertThat(reader.departure("{" + String.join(",", members.subList(1, 60)) + "}"))
                .isPresent();
    }

    /** The layout is that of the answer, not of the schema's author. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'properties':{'a':{'type':'integer'},'b':{'type':'integer'}},'enum':[{'b':1,'a':2},{'a':'x'}]};{'b':1,'a':2};{'a':'x'}",
                "{'type':'object','required':['a'],'properties':{'a':{'type':'integer'}},'enum':[{'a':1,'z':2},{'z':3}]};{'a':1,'z':2};{'z':3}",
                "{'const':{'a':1e20,'z':[1,2]},'properties':{'a':{'type':'integer'}}};{'a':100000000000000000000,'z':[1,2]};{'a':1}",
            })
    void givenObjectsHaveAnyMembersInAnyOrder(String quoted, String yes, String no) {
        for (Layout layout : Layout.values()) {
            TextReader reader = new TextReader(SchemaGrammar.of(quoted.replace('\'', '"'), layout, CodePoints.ALL));
            assertThat(reader.departure(yes.replace('\'', '"'))).isEmpty();
            assertThat(reader.departure(no.replace('\'', '"'))).isPresent();
        }
    }

    @Test
    void withoutOpenObjectsOnlyDeclaredMembersComeInTheirOrder() {
        TextReader reader = new TextReader(SchemaGrammar.of(
                "{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}}}", Layout.TIGHT, CodePoints.ALL));
        assertThat(reader.departure("{\"a\":1,\"b\":2}")).isEmpty();
        assertThat(reader.departure("{\"b\":2,\"a\":1}")).isPresent();
        assertThat(reader.departure("{\"a\":1,\"c\":2}")).isPresent();
    }
}
