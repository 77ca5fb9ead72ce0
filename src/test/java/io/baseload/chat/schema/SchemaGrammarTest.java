package io.baseload.chat.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.TextReader;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** 200 schemas: texts drawn from their masks parse and validate, and invalid texts are refused. */
class SchemaGrammarTest {
    private static final DrawnTexts DRAWN = DrawnTexts.ofBundledModel();

    static List<Example> examples() {
        List<Example> all = Example.all();
        assertThat(all).hasSize(200);
        return all;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void drawnTextsParseAndValidate(Example example) {
        TextReader free = new TextReader(SchemaGrammar.of(example.schema(), Layout.FREE, CodePoints.ALL));
        Random random = new Random(example.id().hashCode());
        for (Layout layout : List.of(Layout.TIGHT, Layout.OPEN)) {
            Constraint constraint = DRAWN.compile(example.schema(), layout);
            for (int walk = 0; walk < 4; walk++) {
                Optional<String> text = DRAWN.draw(constraint.mask(), random);
                text.ifPresent(json -> {
                    assertThat(example.problems(json)).as(json).isEmpty();
                    assertThat(free.departure(json)).as(json).isEmpty();
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void refusesInvalidTexts(Example example) {
        TextReader reader = new TextReader(SchemaGrammar.of(example.schema(), Layout.FREE, CodePoints.ALL));
        for (String text : example.no()) {
            assertThat(example.problems(text)).as(text).isNotEmpty();
            assertThat(reader.departure(text)).as(text).isPresent();
        }
    }
}
