package io.baseload.service.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnenforcedFormatsTest {
    @Test
    void namesAreEncodedBecauseClientsChooseThem() {
        assertThat(UnenforcedFormats.value(List.of("iso-4217", "a, b", "x\r\nSet-Cookie: y", "größe")))
                .isEqualTo("iso-4217, a%2C+b, x%0D%0ASet-Cookie%3A+y, gr%C3%B6%C3%9Fe");
    }

    @Test
    void theHeaderIsShortHoweverManyThereAre() {
        List<String> many =
                IntStream.range(0, 10_000).mapToObj(i -> "format-" + i).toList();
        assertThat(UnenforcedFormats.value(many))
                .hasSizeLessThan(1_100)
                .startsWith("format-0, ")
                .endsWith(", ...");
        assertThat(UnenforcedFormats.value(List.of("x".repeat(100_000)))).isEqualTo("...");
    }
}
