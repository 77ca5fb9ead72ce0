package io.baseload.service.batch;

import io.baseload.service.protocol.Invalid;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import io.baseload.service.web.LimitedRequest;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/files}. */
@RestController
@Tag(name = "Files")
final class FileController {
    private static final int MAX_LIMIT = 10_000;
    /** What a file in a list takes in memory until the client has read it. */
    private static final long BYTES_LISTED = 1_000;

    private final FileStore files;
    private final UploadReceiver uploads;

    FileController(FileStore files, UploadReceiver uploads) {
        this.files = files;
        this.uploads = uploads;
    }

    private record Deleted(String id, String object, boolean deleted) {}

    @Operation(
            summary = "Upload a file",
            description =
                    "A form with the fields purpose (batch), file, and optionally expires_after[anchor] (created_at)"
                            + " and expires_after[seconds].")
    @PostMapping(path = "/v1/files", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    void create(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        Json.write(response, FileBody.of(uploads.receive(request, caller)));
    }

    @Operation(summary = "List the tenant's files")
    @GetMapping("/v1/files")
    void list(
            @RequestParam @Nullable String purpose,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable String order,
            @RequestParam @Nullable String after,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        if (purpose != null && !StoredFile.PURPOSES.contains(purpose)) {
            throw Invalid.notOneOf("purpose", purpose, StoredFile.PURPOSES);
        }
        int most = ObjectPage.limit(limit, MAX_LIMIT, MAX_LIMIT);
        boolean newestFirst = ObjectPage.isDescending(order);
        var found = files.page(caller.tenant(), purpose, ObjectIds.after(after), newestFirst, most + 1);
        LimitedRequest.count(request, found.size() * BYTES_LISTED);
        Json.write(response, ObjectPage.of(found.stream().map(FileBody::of).toList(), most, FileBody::id));
    }

    @Operation(summary = "Get a file")
    @GetMapping("/v1/files/{id}")
    void find(@PathVariable String id, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        Json.write(response, FileBody.of(required(caller, id)));
    }

    @Operation(summary = "Get the content of a file")
    @GetMapping("/v1/files/{id}/content")
    void content(
            @PathVariable String id,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        StoredFile file = required(caller, id);
        LimitedRequest.count(request, Math.min(file.bytes(), FileDraft.PIECE)); // in memory until the client reads it
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setContentLengthLong(file.bytes());
        files.send(file, response.getOutputStream());
    }

    @Operation(summary = "Delete a file")
    @DeleteMapping("/v1/files/{id}")
    void delete(@PathVariable String id, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        if (!files.delete(caller.actor(), caller.tenant(), id)) {
            throw notFound(id);
        }
        Json.write(response, new Deleted(id, "file", true));
    }

    private StoredFile required(Caller caller, String id) {
        return files.find(caller.tenant(), id).orElseThrow(() -> notFound(id));
    }

    private static ApiException notFound(String id) {
        return ApiException.refused(404, "not_found", "No such File object: " + id);
    }
}
