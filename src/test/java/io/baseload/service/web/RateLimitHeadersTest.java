package io.baseload.service.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitHeadersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0ms",
        "20, 20ms",
        "999, 999ms",
        "1000, 1s",
        "1001, 2s",
        "360000, 6m0s",
        "3600000, 1h0m0s",
        "90061000, 25h1m1s"
    })
    void resetsAreWrittenAsClientsReadThem(long millis, String text) {
        assertEquals(text, RateLimitHeaders.text(Duration.ofMillis(millis)));
    }
}
