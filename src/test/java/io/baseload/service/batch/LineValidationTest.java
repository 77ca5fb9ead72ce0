package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.protocol.RequestContext;
import io.baseload.service.web.Json;
import io.baseload.testing.Patience;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The positions of the lines of a file, and their errors. */
class LineValidationTest {
    private static final String GOOD = """
        {"custom_id": "%d", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "wörd"}}\
        """;

    private final List<LineRows.Span> spans = new ArrayList<>();

    private List<BatchError> errors(String file, int maxLines, int maxLength) {
        var validation = new LineValidation("/v1/embeddings", maxLines, spans::addAll);
        var splitter = new LineSplitter(maxLength, validation);
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i += 7) { // in pieces that end anywhere
            splitter.write(bytes, i, Math.min(7, bytes.length - i));
        }
        splitter.close();
        return validation.end();
    }

    @Test
    void linesAreWhereTheyWereFound() {
        String file = GOOD.formatted(1) + "\r\n\n  \n" + GOOD.formatted(2) + "\n" + GOOD.formatted(3);
        assertThat(errors(file, 10, 1000)).isEmpty();
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        assertThat(spans).extracting(LineRows.Span::line).containsExactly(1, 4, 5);
        assertThat(spans)
                .extracting(span -> LineRequest.parse(
                                Arrays.copyOfRange(bytes, (int) span.place(), (int) span.place() + span.length()),
                                "/v1/embeddings")
                        .customId())
                .containsExactly("1", "2", "3");
    }

    @Test
    void eachWrongLineIsNamed() {
        String file = String.join(
                "\n",
                GOOD.formatted(1),
                "[]",
                "{",
                GOOD.formatted(2).replace("POST", "GET"),
                GOOD.formatted(3).replace("{\"model\"", "{\"other\""),
                GOOD.formatted(1),
                GOOD.formatted(4).replace("wörd", "long ".repeat(300)));
        assertThat(errors(file, 10, 1000))
                .extracting(error -> error.line() + " " + error.code() + " " + error.param())
                .containsExactly(
                        "2 invalid_type body",
                        "3 invalid_json_line null",
                        "4 invalid_value method",
                        "5 missing_required_parameter body.model",
                        "6 duplicate_custom_id custom_id",
                        "7 line_too_long null");
        assertThat(spans).isEmpty();
    }

    @Test
    void aLineThatBeginsWithManyBlanksIsTooLong() {
        assertThat(errors(GOOD.formatted(1) + "\n" + " ".repeat(1001) + GOOD.formatted(2), 10, 1000))
                .extracting(error -> error.line() + " " + error.code())
                .containsExactly("2 line_too_long");
    }

    @Test
    void errorsQuoteLittleOfTheFile() {
        String value = "\uD83D\uDE00".repeat(300);
        assertThat(errors(GOOD.formatted(1).replace("POST", value), 10, 10_000))
                .singleElement()
                .satisfies(error -> {
                    assertThat(error.message()).hasSizeLessThanOrEqualTo(200).contains("\uD83D\uDE00");
                    assertThat(new String(Json.bytes(error), StandardCharsets.UTF_8))
                            .contains(error.message());
                });
        var named = new BatchError("invalid_value", 1, "short", "p".repeat(300));
        assertThat(named.message()).isEqualTo("short");
        assertThat(named.param()).hasSize(200);
        var half = errors(GOOD.formatted(1).replace("POST", "\\ud83d"), 10, 1000);
        assertThat(Json.bytes(half)).isNotEmpty();
    }

    /** A line's tree is as large as that of any other body. */
    @Test
    void aLineIsReadWhenItsTurnHasCome() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        byte[] large = ("{}" + " ".repeat((8 << 20) - 2)).getBytes(StandardCharsets.UTF_8);
        var holder = Thread.ofVirtual()
                .start(() -> RequestContext.inTurn(large, fields -> {
                    begun.countDown();
                    try {
                        return end.await(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        begun.await();
        var line = Thread.ofPlatform().start(() -> errors(GOOD.formatted(1), 10, 1000));
        Patience.await()
                .until(line::getState, state -> state == Thread.State.WAITING || state == Thread.State.TERMINATED);
        assertThat(line.getState()).isEqualTo(Thread.State.WAITING);
        end.countDown();
        line.join();
        holder.join();
        assertThat(spans).hasSize(1);
    }

    @Test
    void thereAreLinesAndNotTooMany() {
        assertThat(errors(" \n\n", 10, 1000)).extracting(BatchError::code).containsExactly("empty_file");
        String file = GOOD.formatted(1) + "\n" + GOOD.formatted(2) + "\n" + GOOD.formatted(3);
        assertThat(errors(file, 2, 1000)).extracting(BatchError::code).containsExactly("too_many_lines");
    }
}
