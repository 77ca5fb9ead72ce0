package io.baseload.chat.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopScannerTest {
    @Test
    void equalsTheNaiveDefinitionHoweverTheTextIsCut() {
        Random random = new Random(42);
        for (int round = 0; round < 20_000; round++) {
            String text = randomText(random, random.nextInt(30));
            List<String> stops = randomStops(random);
            assertThat(scan(text, stops, random)).as("%s in %s", stops, text).isEqualTo(naive(text, stops));
        }
    }

    @Test
    void neverSendsAPrefixOfAStopTextThatLaterCompletes() {
        StopScanner scanner = StopTexts.of(List.of("\n\nUser:")).scanner();
        assertThat(scanner.append("Hi.\n")).isEqualTo("Hi.");
        assertThat(scanner.append("\nUs")).isEmpty();
        assertThat(scanner.append("ed it")).isEqualTo("\n\nUsed it");
        assertThat(scanner.append("\n\nUser:")).isEmpty();
        assertThat(scanner.stopped()).isTrue();
        assertThat(scanner.finish()).isEmpty();
    }

    @Test
    void theLeftmostOfOverlappingTextsWinsEvenIfItCompletesLater() {
        StopScanner scanner = StopTexts.of(List.of("b", "abc")).scanner();
        assertThat(scanner.append("xab")).isEqualTo("x");
        assertThat(scanner.stopped()).isFalse();
        assertThat(scanner.append("c")).isEmpty();
        assertThat(scanner.stopped()).isTrue();

        StopScanner ended = StopTexts.of(List.of("b", "abc")).scanner();
        assertThat(ended.append("xab")).isEqualTo("x");
        assertThat(ended.finish()).isEqualTo("a");
        assertThat(ended.stopped()).isTrue();
    }

    @Test
    void aLongRepetitiveStopTextCostsNoMoreThanAShortOne() {
        StopScanner scanner = StopTexts.of(List.of("a".repeat(200_000) + "b")).scanner();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 300_000; i++) {
            out.append(scanner.append("a"));
        }
        assertThat(out).hasSize(100_000);
        assertThat(scanner.finish()).hasSize(200_000);
    }

    @Test
    void refusesAnEmptyTextAndIgnoresHalfACharacter() {
        assertThatThrownBy(() -> StopTexts.of(List.of(""))).isInstanceOf(IllegalArgumentException.class);
        assertThat(StopTexts.of(List.of("\ud83d")).isEmpty()).isTrue();
    }

    private static String naive(String text, List<String> stops) {
        int cut = text.length();
        for (String stop : stops) {
            int at = text.indexOf(stop);
            cut = at < 0 ? cut : Math.min(cut, at);
        }
        return text.substring(0, cut);
    }

    private static String scan(String text, List<String> stops, Random random) {
        StopScanner scanner = StopTexts.of(stops).scanner();
        StringBuilder out = new StringBuilder();
        int[] points = text.codePoints().toArray();
        for (int from = 0; from < points.length && !scanner.stopped(); ) {
            int length = Math.min(points.length - from, 1 + random.nextInt(4));
            out.append(scanner.append(new String(points, from, length)));
            assertThat(scanner.passed()).isEqualTo(out.length());
            assertThat(Character.isHighSurrogate(out.isEmpty() ? 'x' : out.charAt(out.length() - 1)))
                    .isFalse();
            from += length;
        }
        return out.append(scanner.finish()).toString();
    }

    private static List<String> randomStops(Random random) {
        List<String> stops = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            stops.add(randomText(random, 1 + random.nextInt(4)));
        }
        return stops;
    }

    private static String randomText(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint("ab\ud83d\ude00\ud83d\ude01".codePoints().toArray()[random.nextInt(4)]);
        }
        return text.toString();
    }
}
