package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small schemas that multiply into huge ones are refused before they take time or memory. */
class SchemaEffortTest {
    private static TextReader read(String schema) {
        return new TextReader(SchemaGrammar.of(schema, Layout.TIGHT, CodePoints.ALL));
    }

    private static void isTooLarge(String schema) {
        assertThatThrownBy(() -> read(schema))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("too large");
    }

    /** {@code part} for 0, 1, 2 …, the number in place of N. */
    private static String times(int count, String part) {
        return IntStream.range(0, count)
                .mapToObj(i -> part.replace("N", Integer.toString(i)))
                .collect(Collectors.joining(","));
    }

    @Test
    void allOfThatDoublesAtEachReference() {
        String levels = IntStream.range(0, 40)
                .mapToObj(i -> "\"a%d\":{\"allOf\":[{\"$ref\":\"#/$defs/a%d\"},{\"$ref\":\"#/$defs/a%d\"}]}"
                        .formatted(i, i + 1, i + 1))
                .collect(Collectors.joining(","));
        isTooLarge("{\"$ref\":\"#/$defs/a0\",\"$defs\":{%s,\"a40\":{\"type\":\"string\"}}}".formatted(levels));
    }

    @Test
    void countedMembers() {
        isTooLarge("{\"maxProperties\":3999,\"properties\":{%s}}".formatted(times(4000, "\"aN\":true")));
    }

    @Test
    void manyMembers() {
        isTooLarge("{\"properties\":{%s}}".formatted(times(40_000, "\"aN\":{}")));
    }

    @Test
    void distinctItemsOfALongEnum() {
        isTooLarge("{\"uniqueItems\":true,\"items\":{\"enum\":[%s]}}".formatted(times(4000, "N")));
    }

    @Test
    void longEnumsThatHoldTogether() {
        isTooLarge(
                "{\"allOf\":[{\"enum\":[%s]},{\"enum\":[%s]}]}".formatted(times(40_000, "N"), times(40_000, "\"N\"")));
    }

    @Test
    void manyBranchesOfWhichOneMustHold() {
        isTooLarge("{\"oneOf\":[%s]}"
                .formatted(times(1500, "{\"required\":[\"k\"],\"properties\":{\"k\":{\"const\":N}}}")));
    }

    @Test
    void longNamesOnTheWayToManyPlaces() {
        isTooLarge("{\"%s\":{%s}}".formatted("x".repeat(49_000), times(60_000, "\"aN\":{}")));
    }

    @Test
    void manyPatternsThatAreCostlyEach() {
        isTooLarge("{\"properties\":{%s}}"
                .formatted(times(300, "\"aN\":{\"maxLength\":9,\"pattern\":\"^(.{0,60}N){30}(.{0,60}x){0,30}$\"}")));
    }

    /** Backtracking would take years to find that the name doesn't match. */
    @Test
    void namesAreMatchedInTimeThatTheirLengthGives() {
        String name = "a".repeat(60);
        TextReader reader = read(
                "{\"patternProperties\":{\"^(([a-z])+.)+[A-Z]([a-z])+$\":{\"type\":\"null\"}},\"properties\":{\"%s\":{\"const\":1}}}"
                        .formatted(name));

        assertThat(reader.departure("{\"%s\": 1}".formatted(name))).isEmpty();
    }

    @Test
    void namesAreMatchedWithMorePatternsThanAreKept() {
        TextReader reader =
                read("{\"patternProperties\":{%s},\"properties\":{\"a3-x\":{},\"a149-x\":{},\"a3x\":{},\"a150-x\":{}}}"
                        .formatted(times(150, "\"^aN-\":false")));

        assertThat(reader.accepts("{\"a3x\": 1, \"a150-x\": 2}")).isTrue();
        assertThat(reader.accepts("{\"a3-x\": 1}")).isFalse();
        assertThat(reader.accepts("{\"a149-x\": 1}")).isFalse();
    }

    @Test
    void aThousandMembersAreFine() {
        TextReader reader =
                read("{\"properties\":{%s}}".formatted(times(1000, "\"aN\":{\"type\":\"string\",\"minLength\":N}")));

        assertThat(reader.departure("{\"a1\": \"x\", \"a2\": \"xy\"}")).isEmpty();
    }

    @Test
    void aThousandValuesThatAPatternChoosesFromAreFine() {
        TextReader reader = read("{\"pattern\":\"7$\",\"enum\":[%s]}".formatted(times(1000, "\"vN\"")));

        assertThat(reader.departure("\"v997\"")).isEmpty();
        assertThat(reader.departure("\"v998\"")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"#/%zz", "#/%", "#%4"})
    void aReferenceThatIsEscapedWronglyIsRefused(String reference) {
        assertThatThrownBy(() -> read("{\"$ref\":\"%s\"}".replace("%s", reference)))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining("#/$ref");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 100})
    void aHundredBranchesThatExcludeEachOtherAreFine(int branches) {
        String branch = "{\"required\":[\"k\"],\"properties\":{\"k\":{\"const\":N}}}";

        assertThat(read("{\"oneOf\":[%s]}".formatted(times(branches, branch))).departure("{\"k\": 1}"))
                .isEmpty();
    }
}
