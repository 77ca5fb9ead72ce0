package io.baseload.service.admin;

import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditExport;
import io.baseload.service.audit.AuditProofs;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Checkpoints;
import io.baseload.service.export.EntryFormat;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.LimitedRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The trail for use elsewhere: as a file that proves itself, or as lines that other systems read, part by part. */
@RestController
@RequestMapping("/admin/v1/audit/export")
final class AuditExportController {
    /** The value of {@code after} for the next part. */
    static final String NEXT = "x-next-after";

    private static final String LINES = "application/x-ndjson";
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_LIMIT_OF_TENANT = 1_000;

    private final AuditTrail trail;
    private final AuditExport export;
    private final AuditProofs proofs;
    private final Checkpoints checkpoints;

    AuditExportController(AuditTrail trail, AuditExport export, AuditProofs proofs, Checkpoints checkpoints) {
        this.trail = trail;
        this.export = export;
        this.proofs = proofs;
        this.checkpoints = checkpoints;
    }

    /**
     * A range of the trail as a file for {@code baseload audit verify}.
     *
     * @param from number of the first entry; absent = the first that is still in the database
     * @param to number of the last one; absent = the last signed one
     */
    @GetMapping(params = "!format")
    void signed(
            @RequestParam @Nullable Long from,
            @RequestParam @Nullable Long to,
            @AuthenticationPrincipal Caller caller,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (!caller.isPlatform()) {
            throw ApiException.refused(
                    403,
                    "permission_denied",
                    "The signed export has the entries of all tenants and needs a key of the platform. With 'format'"
                            + " you get the entries of your own tenant.");
        }
        long first = from == null ? export.first() : Refusals.inRange("from", from, export.first(), Long.MAX_VALUE);
        long last = to == null ? Long.MAX_VALUE : Refusals.inRange("to", to, first, Long.MAX_VALUE);
        if (proofs.latest().filter(latest -> latest.size() >= first).isEmpty()) {
            throw checkpoints.notSigned();
        }
        LimitedRequest.count(request, AuditExport.MAX_BYTES);
        var asked = new TreeMap<String, Object>(Map.of("format", "signed", "from", first));
        if (to != null) {
            asked.put("to", last);
        }
        trail.recordAdmin(caller.actor(), AuditEntry.READ, "audit", asked);
        response.setContentType(LINES);
        response.setHeader("Content-Disposition", "attachment; filename=\"audit-" + first + ".jsonl\"");
        export.write(first, last, response.getOutputStream());
    }

    /**
     * Entries as lines of JSON, fewer than {@code limit} if they are large; for a caller that isn't the platform's, those of its own tenant.
     *
     * @param format {@code jsonl} or {@code ocsf}
     * @param after the number of the last entry that the reader has
     * @param from earliest time of an entry
     * @param to end of the times, exclusive
     */
    @GetMapping(params = "format")
    void lines(
            @RequestParam String format,
            @RequestParam @Nullable Long after,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam @Nullable Integer limit,
            @AuthenticationPrincipal Caller caller,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        EntryFormat form = Refusals.named("format", format, EntryFormat::of).orElseThrow();
        long last = after == null ? 0 : Refusals.inRange("after", after, 0, Long.MAX_VALUE);
        int max = caller.isPlatform() ? MAX_LIMIT : MAX_LIMIT_OF_TENANT;
        int most = limit == null ? DEFAULT_LIMIT : Refusals.inRange("limit", limit, 1, max);
        Optional<Instant> begin = Optional.ofNullable(from).map(text -> Refusals.time("from", text));
        Optional<Instant> end = Optional.ofNullable(to).map(text -> Refusals.time("to", text));
        Optional<String> tenant = Optional.of(caller.tenant()).filter(own -> !caller.isPlatform());
        var page = trail.between(last, begin, end, tenant, most);
        LimitedRequest.count(request, page.bytes()); // until the client has read them
        List<AuditEntry> entries = page.entries();
        var asked = new TreeMap<String, Object>(Map.of("format", form.wire(), "after", last));
        tenant.ifPresent(own -> asked.put("tenant", own));
        begin.ifPresent(time -> asked.put("from", time.toString()));
        end.ifPresent(time -> asked.put("to", time.toString()));
        trail.recordRead(caller.actor(), asked, entries);
        response.setContentType(LINES);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader(
                NEXT, Long.toString(entries.isEmpty() ? last : entries.getLast().seq()));
        var out = response.getOutputStream();
        for (AuditEntry entry : entries) {
            out.write(form.line(entry).getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }
    }
}
