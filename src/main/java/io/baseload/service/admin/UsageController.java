package io.baseload.service.admin;

import io.baseload.service.quota.UsageQuery;
import io.baseload.service.quota.UsageQuery.Column;
import io.baseload.service.quota.UsageReports;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.LimitedRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The tenants' usage: in total, or grouped by tenant, identity, key, model and day; in JSON or, if the client wants it, CSV. */
@RestController
final class UsageController {
    private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");
    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);
    private static final int MAX_LINES = 100_000;

    private final Tenants tenants;
    private final UsageReports reports;

    UsageController(Tenants tenants, UsageReports reports) {
        this.tenants = tenants;
        this.reports = reports;
    }

    /**
     * A tenant's windows and sums by model; with a grouping, or as CSV, rows like those of all tenants.
     *
     * @param from first moment, RFC 3339; absent = from the first request on
     * @param to moment after the last, RFC 3339; absent = until now
     */
    @GetMapping("/admin/v1/tenants/{tenant}/usage")
    ResponseEntity<?> ofTenant(
            @PathVariable("tenant") String id,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam(name = "group_by") @Nullable String grouping,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable String after,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept,
            HttpServletRequest request) {
        tenants.require(id);
        if (grouping == null && !wantsCsv(accept)) {
            return ResponseEntity.ok(UsageForm.of(reports.usage(id, begin(from), end(to))));
        }
        var columns = grouping == null ? EnumSet.of(Column.MODEL) : columns(grouping);
        return rows(new UsageQuery(Optional.of(id), begin(from), end(to), columns), limit, after, accept, request);
    }

    /** @param grouping of {@code tenant}, {@code identity}, {@code key}, {@code model}, {@code day}; absent = by tenant */
    @GetMapping("/admin/v1/usage")
    ResponseEntity<?> ofAll(
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam(name = "group_by") @Nullable String grouping,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable String after,
            @RequestHeader(name = HttpHeaders.ACCEPT, required = false) @Nullable String accept,
            HttpServletRequest request) {
        var columns = grouping == null ? EnumSet.of(Column.TENANT) : columns(grouping);
        return rows(new UsageQuery(Optional.empty(), begin(from), end(to), columns), limit, after, accept, request);
    }

    private ResponseEntity<?> rows(
            UsageQuery query,
            @Nullable Integer limit,
            @Nullable String after,
            @Nullable String accept,
            HttpServletRequest request) {
        if (wantsCsv(accept)) {
            var rows = reports.rows(query, 0, MAX_LINES + 1);
            if (rows.size() > MAX_LINES) {
                throw Refusals.invalid(
                        "from",
                        "invalid_value",
                        "There are more than " + MAX_LINES + " rows: request a shorter period or a coarser grouping.");
            }
            byte[] csv = UsageCsv.of(query, rows).getBytes(StandardCharsets.UTF_8);
            LimitedRequest.count(request, csv.length);
            return ResponseEntity.ok()
                    .contentType(CSV)
                    .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\"")
                    .body(csv);
        }
        var asked = Page.Request.of(limit, after);
        int skip = asked.after().isEmpty() ? 0 : skip(asked.after());
        var rows = reports.rows(query, skip, asked.probe());
        boolean more = rows.size() > asked.limit();
        List<UsageRowForm> shown =
                rows.stream().limit(asked.limit()).map(UsageRowForm::of).toList();
        return ResponseEntity.ok(new Page<>("list", shown, more ? Integer.toString(skip + asked.limit()) : null));
    }

    private static boolean wantsCsv(@Nullable String accept) {
        try {
            return accept != null
                    && MediaType.parseMediaTypes(accept).stream()
                            .anyMatch(type -> type.getType().equals("text")
                                    && type.getSubtype().equals("csv"));
        } catch (org.springframework.util.InvalidMimeTypeException e) {
            return false;
        }
    }

    private static int skip(String after) {
        try {
            return Refusals.inRange("after", Integer.parseInt(after), 0, Integer.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw Refusals.invalid("after", "invalid_value", "'after' must be the 'next' of the previous part.");
        }
    }

    private static Set<Column> columns(String grouping) {
        var columns = EnumSet.noneOf(Column.class);
        for (String name : grouping.split(",", -1)) {
            columns.add(Stream.of(Column.values())
                    .filter(column -> column.wire().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> Refusals.invalid(
                            "group_by",
                            "invalid_value",
                            "'group_by' must be one or more of 'tenant', 'identity', 'key', 'model' and 'day',"
                                    + " separated by commas.")));
        }
        return columns;
    }

    private static Instant begin(@Nullable String from) {
        return from == null ? Instant.EPOCH : Refusals.time("from", from);
    }

    private static Instant end(@Nullable String to) {
        return to == null ? FAR : Refusals.time("to", to);
    }
}
