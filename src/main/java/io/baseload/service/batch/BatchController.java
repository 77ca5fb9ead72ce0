package io.baseload.service.batch;

import io.baseload.service.protocol.Exchange;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/batches}. */
@RestController
@Tag(name = "Batches")
final class BatchController {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 100;

    private final Batches batches;
    private final LineRunner runner;
    private final BatchWork work;

    BatchController(Batches batches, LineRunner runner, BatchWork work) {
        this.batches = batches;
        this.runner = runner;
        this.work = work;
    }

    @Operation(
            summary = "Create a batch",
            description = "Runs the requests in an uploaded file with a lower priority than interactive ones.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, examples = @ExampleObject("""
                {"input_file_id": "file-…", "endpoint": "/v1/chat/completions", "completion_window": "24h"}\
                """)))
    @PostMapping(path = "/v1/batches", consumes = MediaType.APPLICATION_JSON_VALUE)
    void create(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        if (caller.isPerson()) {
            throw ApiException.invalid(
                    null, "unsupported_value", "A batch outlives a token: create it with an API key of your own.");
        }
        BatchOrder order = new Exchange(request, response, caller)
                .read(fields -> BatchRequest.parse(fields, caller, request.getRemoteAddr(), runner.endpoints()));
        Batches.Seen batch = batches.create(caller.actor(), order);
        work.wake();
        Json.write(response, BatchBody.of(batch));
    }

    @Operation(summary = "List the tenant's batches")
    @GetMapping("/v1/batches")
    void list(
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable String after,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        int most = ObjectPage.limit(limit, DEFAULT_LIMIT, MAX_LIMIT);
        var found = batches.page(caller.tenant(), ObjectIds.after(after), most + 1);
        new Exchange(request, response, caller)
                .answer(ObjectPage.of(found.stream().map(BatchBody::of).toList(), most, BatchBody::id));
    }

    @Operation(summary = "Get a batch")
    @GetMapping("/v1/batches/{id}")
    void find(@PathVariable String id, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        Json.write(response, BatchBody.of(batches.find(caller.tenant(), id).orElseThrow(() -> notFound(id))));
    }

    @Operation(summary = "Cancel a batch")
    @PostMapping("/v1/batches/{id}/cancel")
    void cancel(@PathVariable String id, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        var batch = batches.cancel(caller.actor(), caller.tenant(), id).orElseThrow(() -> notFound(id));
        work.wake();
        Json.write(response, BatchBody.of(batch));
    }

    private static ApiException notFound(String id) {
        return ApiException.refused(404, "not_found", "No such Batch object: " + id);
    }
}
