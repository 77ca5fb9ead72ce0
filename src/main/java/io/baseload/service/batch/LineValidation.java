package io.baseload.service.batch;

import io.baseload.service.web.ApiException;
import io.baseload.service.web.Failures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Checks each line of a batch's file before any is run. Blank lines are ignored. */
final class LineValidation implements LineSplitter.Listener {
    private static final int MAX_SPANS = 1_000;

    private final String endpoint;
    private final int maxLines;
    private final Consumer<List<LineRows.Span>> lines;
    private final List<LineRows.Span> spans = new ArrayList<>();
    private final List<BatchError> errors = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private int total;

    /** @param lines receives their positions, as long as there are no errors */
    LineValidation(String endpoint, int maxLines, Consumer<List<LineRows.Span>> lines) {
        this.endpoint = endpoint;
        this.maxLines = maxLines;
        this.lines = lines;
    }

    @Override
    public void line(int line, long place, byte[] text, long length) {
        boolean tooLong = length > text.length;
        if (errors.size() >= BatchError.MAX_COUNT || total > maxLines || !tooLong && LineRequest.isBlank(text)) {
            return;
        }
        total++;
        if (total > maxLines) {
            add("too_many_lines", line, "A batch has at most " + maxLines + " lines.", null);
        } else if (tooLong) {
            add("line_too_long", line, "A line has at most " + (LineRequest.MAX_BYTES >> 20) + " MB.", null);
        } else {
            check(line, text);
            spans.add(new LineRows.Span(line, place, text.length));
            if (spans.size() == MAX_SPANS) {
                pass();
            }
        }
    }

    private void check(int line, byte[] text) {
        try {
            String id = LineRequest.parse(text, endpoint).customId();
            if (!ids.add(id)) {
                add("duplicate_custom_id", line, "Another line has the same custom_id.", "custom_id");
            }
        } catch (RuntimeException e) {
            ApiException.Detail detail = Failures.of(e, "line " + line).detail();
            String code = detail.code() == null ? "invalid_json_line" : detail.code();
            add(code, line, detail.message(), detail.param());
        }
    }

    private void add(String code, int line, String message, @Nullable String param) {
        errors.add(new BatchError(code, line, message, param));
    }

    private void pass() {
        if (errors.isEmpty()) {
            lines.accept(List.copyOf(spans));
        }
        spans.clear();
    }

    /** The errors, after the last line. */
    List<BatchError> end() {
        if (!spans.isEmpty()) {
            pass();
        }
        return total == 0
                ? List.of(new BatchError("empty_file", null, "The file has no lines.", null))
                : List.copyOf(errors);
    }

    int total() {
        return total;
    }
}
