package io.baseload.service.admin;

import io.baseload.service.quota.UsageQuery;
import io.baseload.service.quota.UsageQuery.Column;
import io.baseload.service.quota.UsageRow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Usage in the format of RFC 4180: a header line, lines end with CR LF, texts quoted if necessary. No text can be read as a formula by a spreadsheet. */
final class UsageCsv {
    private static final String END = "\r\n";

    private UsageCsv() {}

    static String of(UsageQuery query, List<UsageRow> rows) {
        var names = new ArrayList<String>();
        query.grouping().forEach(column -> names.add(column == Column.KEY ? "key_prefix" : column.wire()));
        names.addAll(List.of("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "cost"));
        return String.join(",", names)
                + END
                + rows.stream().map(row -> line(query, row) + END).collect(Collectors.joining());
    }

    private static String line(UsageQuery query, UsageRow row) {
        var cells = new ArrayList<String>();
        query.grouping().forEach(column -> cells.add(text(row.of().getOrDefault(column, ""))));
        cells.add(Long.toString(row.requests()));
        cells.add(Long.toString(row.promptTokens()));
        cells.add(Long.toString(row.cachedTokens()));
        cells.add(Long.toString(row.completionTokens()));
        cells.add(row.cost().map(cost -> Money.plain(cost).toPlainString()).orElse(""));
        return String.join(",", cells);
    }

    /** Spreadsheets evaluate text that begins with one of these, some also after spaces; after an apostrophe it is text. */
    static String text(String text) {
        String safe = isFormula(text) ? "'" + text : text;
        boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n' || c == '\'')
                && safe.equals(safe.strip());
        return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }

    private static boolean isFormula(String text) {
        String begin = text.stripLeading();
        return !text.isEmpty() && "\t\r\n".indexOf(text.charAt(0)) >= 0
                || !begin.isEmpty() && "=+-@\uFF1D\uFF0B\uFF0D\uFF20".indexOf(begin.charAt(0)) >= 0;
    }
}
