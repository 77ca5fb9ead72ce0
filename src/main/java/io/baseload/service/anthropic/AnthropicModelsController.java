package io.baseload.service.anthropic;

import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Json;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}} in Anthropic's form, for clients that send its header. */
@RestController
@Hidden // an OpenAPI description has one form per route
final class AnthropicModelsController {
    private final ModelDirectory models;

    AnthropicModelsController(ModelDirectory models) {
        this.models = models;
    }

    /** All models are on one page. */
    @GetMapping(path = "/v1/models", headers = MessagesController.VERSION_HEADER)
    void list(@AuthenticationPrincipal Caller caller, HttpServletResponse response) throws IOException {
        Json.write(response, Page.of(entries(caller)));
    }

    @GetMapping(path = "/v1/models/{*path}", headers = MessagesController.VERSION_HEADER)
    void get(@PathVariable String path, @AuthenticationPrincipal Caller caller, HttpServletResponse response)
            throws IOException {
        String id = path.substring(1);
        Entry entry = entries(caller).stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new UnknownModelException(id));
        Json.write(response, entry);
    }

    private List<Entry> entries(Caller caller) {
        return models.visibleTo(caller).stream().map(Entry::of).toList();
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record Page(
            List<Entry> data,
            boolean hasMore,
            @Nullable String firstId,
            @Nullable String lastId) {
        static Page of(List<Entry> entries) {
            boolean none = entries.isEmpty();
            return new Page(
                    entries,
                    false,
                    none ? null : entries.getFirst().id(),
                    none ? null : entries.getLast().id());
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    private record Entry(String type, String id, String displayName, Instant createdAt, String lifecycle) {
        static Entry of(ModelDirectory.Card card) {
            return new Entry("model", card.id(), card.id(), card.created(), "active");
        }
    }
}
