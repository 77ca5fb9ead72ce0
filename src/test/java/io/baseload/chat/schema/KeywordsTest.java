package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
                "{'$ref':'#x','$defs':{'a':{'anyOf':[{'$anchor':'x','type':'null'}]}}};null;1",
                "{'$ref':'#x','$defs':{'a':{'const':{'$anchor':'x','type':'string'}},'b':{'$anchor':'x','type':'null'}}};null;''",
                "{'properties':{'const':{'$anchor':'x','type':'null'},'a':{'$ref':'#x'}},'additionalProperties':false};{'a':null};{'a':1}",
                "{'$id':'https://a.example/s.json','$ref':'t.json','$defs':{'t':{'$id':'t.json','type':'null'}}};null;1",
                "{'$id':'https://a.example/s.json','$ref':'https://a.example/s.json#/$defs/t','$defs':{'t':{'type':'null'}}};null;1",
                "{'$ref':'https://a.example/t','$defs':{'t':{'$id':'https://a.example/t','$ref':'#/$defs/u','$defs':{'u':{'type':'null'}}},'u':{'type':'string'}}};null;'a'",
                "{'$schema':'http://json-schema.org/draft-07/schema#','$ref':'#x','definitions':{'x':{'$id':'#x','type':'null'}}};null;1",
            })
    void referencesLeadToAnchorsAndIds(String schema, String yes, String no) {
        check(schema, yes, no);
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

    /** Tuples, and bounds that exclude, as drafts 4 to 7 and OpenAPI 3.0 have them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "'items':[{'type':'string'},{'type':'integer'}],'minItems':2,'additionalItems':false;['a',1];['a',1,2]",
                "'items':[{'type':'string'}],'additionalItems':{'type':'null'};['a',null,null];['a',1]",
                "'items':[{'type':'string'}];['a',1,{}];[1]",
                "'items':{'type':'integer'},'additionalItems':false;[1,2];['a']",
                "'type':'integer','minimum':1,'exclusiveMinimum':true,'maximum':3,'exclusiveMaximum':false;3;1",
                "'type':'integer','maximum':3,'exclusiveMaximum':true;2;3",
                "'type':'integer','maximum':3,'exclusiveMaximum':2;1;2",
                "'type':'integer','minimum':3,'exclusiveMinimum':2;3;2",
            })
    void olderFormsKeepTheirMeaning(String keywords, String yes, String no) {
        String draft = keywords.contains(":true") || keywords.contains("Maximum':false") ? "draft-04" : "draft-07";
        check("{'$schema':'http://json-schema.org/" + draft + "/schema#'," + keywords + "}", yes, no);
    }

    /** In draft 4 a bound and whether it excludes must stand together: apart, the latter says nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "'a':{'type':'integer','allOf':[{'minimum':1},{'exclusiveMinimum':true}]},'b':{'type':'integer','minimum':1,'exclusiveMinimum':true}",
                "'b':{'type':'integer','minimum':1,'exclusiveMinimum':true},'a':{'type':'integer','allOf':[{'minimum':1},{'exclusiveMinimum':true}]}",
            })
    void numbersWithSimilarLimitsStayApart(String properties) {
        String schema = "{'$schema':'http://json-schema.org/draft-04/schema#','properties':{" + properties + "}}";
        check(schema, "{'a':1}", "{'a':0}");
        check(schema, "{'b':2}", "{'b':1}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'properties':{'a':{'not':{}},'b':{}}};{'b':1};{'a':1}",
                "{'properties':{'a':{'not':true},'b':{'not':false}}};{'b':1};{'a':1}",
                "{'items':{'not':{}}};[];[1]",
                "{'type':'integer','then':false,'minContains':5,'else':{'not':{}}};1;1.5",
            })
    void notOfEverythingIsNothing(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'object','minProperties':1};{'x':1};{}",
                "{'type':'object','minProperties':1,'maxProperties':2};{'x':1,'y':1};{'x':1,'y':1,'z':2}",
                "{'minProperties':2,'required':['a'],'properties':{'a':{}},'additionalProperties':{}};{'a':1,'y':1};{'a':1}",
                "{'minProperties':1,'properties':{'a':{}},'additionalProperties':{}};{'a':1};{}",
                "{'minProperties':1,'properties':{'a':{}},'additionalProperties':{}};{'b':1};{}",
                "{'minProperties':2,'propertyNames':{'enum':['a','b','c']},'additionalProperties':{'type':'integer'}};{'a':1,'c':2};{'a':1,'a':2}",
                "{'minProperties':1,'propertyNames':{'const':'a'}};{'a':1};{'b':1}",
                "{'minProperties':1,'maxProperties':1,'propertyNames':{'pattern':'^[a-z]$'}};{'a':1};{'B':1}",
            })
    void leastNumbersOfMembersAreReached(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'object','minProperties':2};#/minProperties: minProperties is not supported where members"
                        + " could be repeated",
                "{'minLength':3000000};#/minLength: minLength is not supported above 1000000",
                "{'propertyNames':{'anyOf':[{'maxLength':1},{'pattern':'^x'}]}};#/propertyNames: anyOf and oneOf are"
                        + " not supported",
                "{'propertyNames':{'type':'integer'},'required':['a']};no text",
                "{'properties':{'a':{'$ref':'#'}},'enum':[{'a':{}},1],'minProperties':1};#: enum and const beside"
                        + " other",
                "{'prefixItems':{}};#/prefixItems: prefixItems must be an array of schemas",
                "{'minimum':true};#/minimum: minimum must be a number",
                "{'not':{'uniqueItems':true}};#/not: not is not supported",
                "{'type':'array','uniqueItems':true};#/uniqueItems: uniqueItems is not supported",
                "{'patternProperties':{'a':{},'(a)+*':{}}};#/patternProperties/(a)+*: column 5",
            })
    void refusesSchemasThatCannotBeEnforced(String schema, String reason) {
        isRefused(schema, reason);
    }

    /** Branches that don't exclude each other are rewritten so that they do. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'oneOf':[{'properties':{'k':{'const':'a'},'x':{}}},{'properties':{'k':{'enum':['b','c']},'y':{}}}]};{'k':'c','y':1};{'y':1}",
                "{'properties':{'a':{},'b':{}},'oneOf':[{'required':['a']},{'required':['b']}]};{'b':1};{'a':1,'b':2}",
                "{'oneOf':[{'required':['a'],'properties':{'a':{}}},{'properties':{'b':{}},'required':['b']}],'additionalProperties':{}};{'b':1};{'a':1,'b':2}",
                "{'oneOf':[{'anyOf':[{'const':1},{'const':2}]},{'oneOf':[{'type':'null'},{'const':3}]}]};3;4",
                "{'oneOf':[{'type':'array','minItems':1,'items':{'type':'string'}},{'type':'array','items':{'type':'null'}}]};['a'];[1]",
                "{'type':'integer','oneOf':[{'maximum':3},{'minimum':4}]};4;3.5",
                "{'allOf':[%s]};{'k0':1,'k1':2,'k2':2,'k3':1,'k4':1,'k5':1};{'k0':3}",
                "{'oneOf':[{'type':'number','exclusiveMaximum':3},{'minimum':3,'type':'number'}]};3;'a'",
                "{'oneOf':[{'enum':['a','b'],'pattern':'a'},{'enum':['a','b'],'pattern':'b'}]};'b';'c'",
            })
    void oneOfIsWrittenApart(String schema, String yes, String no) {
        String choices = IntStream.range(0, 6)
                .mapToObj(i ->
                        "{'oneOf':[{'required':['kN'],'properties':{'kN':{'const':1}}},{'required':['kN'],'properties':{'kN':{'const':2}}}]}"
                                .replace("N", Integer.toString(i)))
                .collect(Collectors.joining(","));
        check(schema.replace("%s", choices), yes, no);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'properties':{'a':{},'b':{}},'oneOf':[{'required':['a']},{'required':['a','b']}],'required':['b']}",
                "{'oneOf':[{'type':'string','format':'email'},{'type':'string','format':'hostname'}]}",
            })
    void oneOfThatCannotBeToldApartIsRefused(String schema) {
        isRefused(schema, "#/oneOf: oneOf is not supported where a value may satisfy two branches (here ");
    }

    /** As zod writes them for e-mail addresses and durations. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "^(?!\\\\.)(?!.*\\\\.\\\\.)([a-z.]*)[a-z]@([a-z]+\\\\.)+[a-z]{2,}$;'a.b@c.de';'a..b@c.de'",
                "^P(?:(\\\\d+W)|(?!.*W)(?=\\\\d|T\\\\d)(\\\\d+Y)?(\\\\d+D)?(T(?=\\\\d)(\\\\d+H)?)?)$;'P1DT2H';'P'",
                "^(?=.*[A-Z])(?=.*\\\\d).{4,8}$;'aB3\\\\d';'abc3'",
            })
    void patternsLookAhead(String pattern, String yes, String no) {
        check("{'pattern':'" + pattern + "'}", yes, no);
    }

    @ParameterizedTest
    @CsvSource({"2.0,2", "2.0,2.0", "-0.50,-0.5", "20,20"})
    void valuesAreWrittenAsTheSchemaDoesOrWithoutNeedlessZeros(String value, String written) {
        check("{'enum':[" + value + ",7]}", written, "3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'number','minimum':0,'enum':[1e20,5,-1e20]};100000000000000000000;-100000000000000000000",
                "{'type':'integer','maximum':0,'enum':[-12345678901234567890123,5]};-12345678901234567890123;5",
                "{'type':'array','uniqueItems':true,'items':{'enum':[1,1.0,2]}};[1,2];[1,1]",
                "{'type':'array','uniqueItems':true,'items':{'enum':[{'a':1,'b':[2]},{'b':[2.0],'a':1}]}};[{'a':1,'b':[2]}];[{'a':1,'b':[2]},{'b':[2.0],'a':1}]",
            })
    void valuesAreComparedNotTheirTexts(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    /** In some dialects a dollar sign also matches before a last line end. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'string','not':{'pattern':'^a$'}};'b';'a\\n'",
                "{'type':'object','patternProperties':{'^a$':false}};{'b':1};{'a\\n':1}",
            })
    void theEndIsPerhapsBeforeALineEnd(String schema, String yes, String no) {
        check(schema, yes, no);
    }

    /** Formats of OpenAPI and of pydantic. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "'type':'integer','format':'int32';-2147483648;2147483648",
                "'type':['integer','null'],'format':'uint8';255;-1",
                "'type':'number','format':'int32','minimum':3;2147483647;2147483647.5",
                "'type':'number','format':'double';1.5;'a'",
                "'format':'byte';'aGVsbG8=';'aGVsbG9='",
                "'type':'string','contentEncoding':'base64';'';'aGVsbG8'",
                "'format':'uuid4';'c0ffee00-0000-4000-8000-000000000000';'c0ffee00-0000-1000-8000-000000000000'",
                "'type':'string','format':'path';'/tmp/x';1",
                "'type':'string','format':'of-our-own','pattern':'^x+$';'xx';'y'",
                "'enum':['a','b'],'type':'string','format':'of-our-own';'a';'c'",
                "'type':'string','format':'of-our-own','maxLength':2;'xx';'xxx'",
            })
    void formatsOfGenerators(String keywords, String yes, String no) {
        check("{" + keywords + "}", yes, no);
    }

    /** Lengths beside patterns and formats: generated texts keep them, even if one state for each character would be too many. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "'format':'email','maxLength':100;'maria.fernandez-lopez@mail.example.com';'@x.de'",
                "'format':'email','minLength':20;'maria.fernandez@example.com';'a@example.com'",
                "'format':'uri','minLength':12,'maxLength':255;'https://www.example.com/a/b?c=d#e';'http://a.de'",
                "'format':'uri';'https://en.wikipedia.org/wiki/Mass%E2%80%93energy_(physics)?a=/b#';'https://a.de/%E'",
                "'format':'uri';'irc://server/channel';'irc:///channel'",
                "'format':'uri-reference','maxLength':60;'/a/b.html#c';'a b'",
                "'format':'uri-reference','maxLength':60;'a/b:c';'%'",
                "'format':'json-pointer','maxLength':80;'/a/b';'a'",
                "'format':'hostname','maxLength':30;'a-b.example.com';'a..b'",
                "'pattern':'^[^<>]+$','maxLength':5000;'a b';'a<b'",
                "'pattern':'^[a-z][a-z0-9]*$','minLength':3,'maxLength':5;'a1234';'a1'",
                "'pattern':'^[a-z][a-z0-9]*$','minLength':3,'maxLength':5;'abc';'a12345'",
                "'pattern':'^https?://.+$','maxLength':4000;'https://a.de';'ftp://a.de'",
                "'pattern':'\\\\S','minLength':2,'maxLength':3000;' a';'  '",
                "'pattern':'^(?!-)[a-z-]{2,}$','maxLength':10;'a-b';'-ab'",
                "'pattern':'^\\\\p{L}[\\\\p{L} ]*$','maxLength':100;'élan vital';'1a'",
                "'pattern':'^(?:\\\\S+\\\\s+){0,29}\\\\S+$','maxLength':300;'Experience of working in a team, and of"
                        + " leading one';' a'",
                "'pattern':'^(?:\\\\S+\\\\s+){0,19}\\\\S+$','maxLength':200;'123 Main Street';'123 Main '",
                "'pattern':'^(?:\\\\S+\\\\s+){0,3}\\\\S+$','maxLength':5000;'some of these words';'one word more than"
                        + " four'",
            })
    void lengthsBesidePatterns(String keywords, String yes, String no) {
        check("{'type':'string'," + keywords + "}", yes, no);
    }
}
