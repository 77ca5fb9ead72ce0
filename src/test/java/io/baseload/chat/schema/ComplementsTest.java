package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Keywords that exclude, choose by a condition or look for an item: valid texts are accepted, others are refused, and texts drawn from the masks are valid
 * according to a third-party validator. {@code '} stands for a quotation mark.
 */
class ComplementsTest {
    private static final DrawnTexts DRAWN = DrawnTexts.ofBundledModel();
    private static final int DRAWS = 6;

    private static void check(String quoted, String yes, String no) {
        String schema = quoted.replace('\'', '"');
        TextReader reader = new TextReader(SchemaGrammar.of(schema, Layout.FREE, CodePoints.ALL));
        assertAccepted(schema, reader, yes.replace('\'', '"'));
        String invalid = no.replace('\'', '"');
        assertThat(Example.problems(schema, invalid)).as(invalid).isNotEmpty();
        assertThat(reader.departure(invalid)).as(invalid).isPresent();
        for (Layout layout : List.of(Layout.TIGHT, Layout.OPEN)) {
            Constraint constraint = DRAWN.compile(schema, layout);
            Random random = new Random(schema.hashCode());
            for (int draw = 0; draw < DRAWS; draw++) {
                DRAWN.draw(constraint.mask(), random).ifPresent(text -> assertAccepted(schema, reader, text));
            }
        }
    }

    private static void assertAccepted(String schema, TextReader reader, String text) {
        assertThat(Example.problems(schema, text)).as(text).isEmpty();
        assertThat(reader.departure(text)).as(text).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'not':{'type':'string'}};1;'a'",
                "{'not':{'type':['string','null','object','array']}};false;null",
                "{'type':['integer','string'],'not':{'type':'integer'}};'a';1",
                "{'type':'string','not':{'enum':['a','bc']}};'b';'bc'",
                "{'type':'string','not':{'const':''}};' ';''",
                "{'not':{'enum':['a',1,true,null,[1]]}};[1,2];[1]",
                "{'type':'number','not':{'enum':[1,2.5]}};2;2.5",
                "{'type':'integer','not':{'const':0}};-1;0",
                "{'type':'boolean','not':{'const':true}};false;true",
                "{'enum':['a','b','c'],'not':{'const':'b'}};'c';'b'",
                "{'enum':[1,2,3],'not':{'multipleOf':2}};3;2",
                "{'type':'integer','not':{'multipleOf':3}};10;9",
                "{'type':'number','not':{'multipleOf':0.5}};0.3;0.5",
                "{'type':'number','not':{'multipleOf':3}};1.5;3",
                "{'type':'number','not':{'type':'integer'}};-0.5;3",
                "{'type':'string','not':{'pattern':'^a'}};'ba';'ab'",
                "{'type':'string','maxLength':3,'not':{'pattern':'[0-9]$'}};'a1b';'ab1'",
                "{'type':'string','not':{'minLength':3}};'ab';'abc'",
                "{'type':'string','not':{'maxLength':2}};'abc';'ab'",
                "{'type':'integer','not':{'minimum':3}};2;3",
                "{'type':'integer','not':{'exclusiveMaximum':3}};3;2",
                "{'type':'integer','minimum':0,'not':{'minimum':3,'maximum':5}};6;4",
                "{'type':'array','not':{'minItems':2}};[1];[1,2]",
                "{'type':'array','items':{'type':'integer'},'not':{'maxItems':1}};[1,2];[1]",
                "{'type':'array','items':{'type':'integer'},'not':{'items':{'minimum':5}}};[7,3];[7,8]",
                "{'type':'array','items':{'type':'integer'},'not':{'contains':{'const':3}}};[1,2];[1,3]",
                "{'type':'array','not':{'const':[]}};[[]];[]",
                "{'type':'object','not':{'const':{}}};{'a':1};{}",
            })
    void notOfTypesValuesAndBounds(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'object','not':{'required':['a']}};{'b':1};{'a':1}",
                "{'type':'object','not':{'required':['a','b']},'properties':{'a':{},'b':{}}};{'b':1};{'a':1,'b':1}",
                "{'properties':{'a':{},'b':{}},'not':{'anyOf':[{'required':['a']},{'required':['b']}]}};{};{'b':1}",
                "{'properties':{'a':{'type':'integer'}},'not':{'properties':{'a':{'minimum':3}},'required':['a']}};{'a':2};{'a':3}",
                "{'properties':{'k':{'enum':['x','y']},'v':{}},'not':{'properties':{'k':{'const':'x'}}}};{'k':'y','v':1};{'k':'x'}",
                "{'not':{'not':{'type':'null'}}};null;1",
                "{'type':'integer','not':{'allOf':[{'minimum':3},{'maximum':5}]}};2;4",
                "{'type':'integer','not':{'oneOf':[{'minimum':3},{'const':1}]}};2;1",
                "{'not':{'$ref':'#/$defs/t'},'$defs':{'t':{'type':['object','array','number']}}};'a';1",
                "{'properties':{'a':{},'b':{}},'not':{'dependentRequired':{'a':['b']}}};{'a':1};{'a':1,'b':2}",
                "{'type':'integer','not':{'if':{'minimum':3},'then':{'maximum':5},'else':{'multipleOf':2}}};7;4",
            })
    void notOfMembersAndOfWhatIsComposed(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'integer','if':{'minimum':10},'then':{'multipleOf':5},'else':{'multipleOf':2}};8;12",
                "{'type':'integer','if':{'minimum':10},'then':{'multipleOf':5}};3;12",
                "{'type':'integer','if':{'minimum':10},'else':{'multipleOf':2}};11;3",
                "{'properties':{'k':{'enum':['a','b']},'x':{'type':'integer'},'y':{'type':'integer'}},'required':['k'],"
                    + "'if':{'properties':{'k':{'const':'a'}}},'then':{'required':['x']},'else':{'required':['y']}};"
                    + "{'k':'b','y':1};{'k':'b','x':1}",
                "{'properties':{'k':{'enum':['a','b']},'x':{'type':'integer'}},"
                    + "'if':{'properties':{'k':{'const':'a'}},'required':['k']},'then':{'required':['x']}};{};{'k':'a'}",
                "{'type':'string','if':{'pattern':'^a'},'then':{'maxLength':3},'else':{'minLength':2}};'ab';'abcd'",
            })
    void conditionsChoose(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'properties':{'a':{},'b':{}},'dependentRequired':{'a':['b']}};{'a':1,'b':2};{'a':1}",
                "{'properties':{'a':{},'b':{}},'dependentRequired':{'a':['b'],'b':['a']}};{};{'b':1}",
                "{'properties':{'a':{},'b':{'type':'integer'}},'dependentSchemas':{'a':{'properties':{'b':{'minimum':3}}}}};"
                    + "{'a':1,'b':3};{'a':1,'b':2}",
                "{'$schema':'http://json-schema.org/draft-07/schema#','properties':{'a':{},'b':{},'c':{}},"
                        + "'dependencies':{'a':['b'],'b':{'required':['c']}}};{'a':1,'b':1,'c':1};{'a':1,'b':1}",
                "{'type':'object','properties':{'a':{},'b':{}},'dependentSchemas':{'a':false}};{'b':1};{'a':1}",
                "{'unevaluatedProperties':false,'properties':{'a':{}},'dependentSchemas':{'a':{'properties':{'b':{}}}}};"
                    + "{'a':1,'b':1};{'b':1}",
            })
    void membersDemandOthers(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'array','contains':{'const':3},'items':{'type':'integer'}};[1,3,2];[1,2]",
                "{'type':'array','contains':{'type':'string'},'minContains':2};[1,'a','b'];[1,'a']",
                "{'type':'array','contains':{'type':'string'},'maxContains':1,'items':{'type':['string','integer']}};[1,'a'];['a','b']",
                "{'type':'array','contains':{'type':'string'},'minContains':0};[1];1",
                "{'type':'array','contains':{'type':'string'},'minContains':0,'maxContains':1};[1,'a'];['b','a']",
                "{'type':'array','contains':{'minimum':5},'items':{'type':'integer'},'minItems':2,'maxItems':3};[7,1];[7]",
                "{'type':'array','prefixItems':[{'type':'string'}],'items':{'type':'integer'},'contains':{'minimum':5,'type':'integer'}};['a',7];['a',2]",
                "{'allOf':[{'contains':{'const':1}},{'contains':{'const':2}}],'type':'array','items':{'type':'integer'}};[2,1];[1,1]",
                "{'type':'array','items':{'type':'boolean'},'uniqueItems':true};[false,true];[true,true]",
                "{'type':'array','items':{'type':['boolean','null']},'uniqueItems':true};[true,null];[null,null]",
            })
    void itemsAreCounted(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'oneOf':[{'type':'string'},{'type':'string','maxLength':3}]};'abcd';'abc'",
                "{'oneOf':[{'properties':{}},{'type':'number'}]};{};1",
                "{'oneOf':[{'type':'object'},{'type':'object','required':['a'],'properties':{'a':{'type':'string'}}}]};{'b':1};{'a':'b'}",
                "{'oneOf':[{'type':'string'},{'minimum':3,'type':['number','string']}]};4;'a'",
                "{'oneOf':[{'type':'integer','minimum':3},{'type':'integer','maximum':5}]};6;4",
                "{'oneOf':[{'type':'number','minimum':1e25},{'type':'number','minimum':5}]};7;4",
                "{'oneOf':[{'type':'array','items':{'type':'string'}},{'type':'array','items':{'type':'null'}}]};['a'];[]",
                "{'oneOf':[{'type':'integer','multipleOf':2},{'type':'integer','multipleOf':3}]};9;6",
                "{'oneOf':[{'type':'number','not':{'type':'integer'}},{'type':'number','minimum':0}]};1;0.5",
                "{'oneOf':[{'type':'number','not':{'uniqueItems':true,'type':'integer'}},{'type':'number'}]};3;0.5",
                "{'oneOf':[{'required':['n'],'properties':{'n':{'type':'number','not':{'type':'integer'}}}},"
                        + "{'required':['n'],'properties':{'n':{'type':'number'}}}],'type':'object'};{'n':1};{'n':0.5}",
                "{'oneOf':[{'properties':{'k':{'type':'string'}},'anyOf':[{'properties':{'m':{'type':'string'}},'required':['m']},"
                    + "{'properties':{'p':{'type':'string'}},'required':['p']}]},{'properties':{'p':{'type':'string'}},'required':['p']}],"
                    + "'type':'object'};{'m':'1'};{'p':'1'}",
                "{'oneOf':[{'type':'object','required':['k'],'properties':{'k':{'minLength':1}},'anyOf':[{'properties':{'k':"
                    + "{'type':['string','number']}}},{'properties':{'k':{'type':'string'}}}]},"
                    + "{'type':'object','properties':{'k':{'type':'number'}},'required':['k']}]};{'k':'a'};{'k':5}",
                "{'required':['b'],'minItems':1,'oneOf':[true,{'type':'object','minProperties':2},{'type':'number'}]};[1];5",
                "{'oneOf':[{'additionalProperties':false,'properties':{'a':{'type':'string'}}},"
                    + "{'additionalProperties':false,'properties':{'b':{'type':'string'}}}],'type':'object'};{'b':'x'};{}",
            })
    void branchesThatOverlapExcludeEachOther(String schema, String yes, String no) {
        check(schema, yes, no);
        for (Layout layout : Layout.values()) {
            String json = schema.replace('\'', '"');
            assertThat(new TextReader(SchemaGrammar.of(json, layout, CodePoints.ALL)).departure(no.replace('\'', '"')))
                    .isPresent();
        }
    }

    /** The parent's rules hold for the text, but make no branch narrower. Formats are annotations for most validators. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'object','required':['b'],'unevaluatedProperties':false,"
                    + "'oneOf':[{'properties':{'b':{'type':'string'}}},{'properties':{'c':{'type':'integer'}}}]};{'b':'y'}",
                "{'oneOf':[{'type':'object','required':['a','b'],'properties':{'a':{},'b':{}}},{'type':'object','required':['a'],"
                    + "'unevaluatedProperties':false,'anyOf':[{'properties':{'a':{}}},{'properties':{'b':{}}}]}]};{'a':1,'b':1}",
                "{'oneOf':[{'type':'number','minimum':200},{'type':'integer','format':'int8'}]};250",
            })
    void noLayoutWritesATextThatTwoBranchesAllow(String quoted, String twice) {
        String schema = quoted.replace('\'', '"');
        String text = twice.replace('\'', '"');
        assertThat(Example.problems(schema, text)).isNotEmpty();
        for (Layout layout : Layout.values()) {
            try {
                assertThat(new TextReader(SchemaGrammar.of(schema, layout, CodePoints.ALL)).departure(text))
                        .isPresent();
            } catch (GrammarException refused) {
                assertThat(refused.place()).contains("oneOf");
            }
        }
    }
}
