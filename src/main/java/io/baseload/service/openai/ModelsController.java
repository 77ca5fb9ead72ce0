package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Json;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}: the models that the caller's key may use. */
@RestController
@Tag(name = "Models")
final class ModelsController {
    private final ModelDirectory models;

    ModelsController(ModelDirectory models) {
        this.models = models;
    }

    @Operation(summary = "List the models and aliases that this key may use")
    @GetMapping("/v1/models")
    void list(@AuthenticationPrincipal Caller caller, HttpServletResponse response) throws IOException {
        var entries = models.visibleTo(caller).stream().map(Entry::of).toList();
        Json.write(response, new Entries("list", entries));
    }

    /** Ids may contain {@code /}, plain or as {@code %2F}. */
    @Operation(summary = "Get a model or alias")
    @GetMapping("/v1/models/{*path}")
    void get(@PathVariable String path, @AuthenticationPrincipal Caller caller, HttpServletResponse response)
            throws IOException {
        String id = path.substring(1);
        Entry entry = models.visibleTo(caller).stream()
                .filter(card -> card.id().equals(id))
                .findFirst()
                .map(Entry::of)
                .orElseThrow(() -> new UnknownModelException(id));
        Json.write(response, entry);
    }

    private record Entries(String object, List<Entry> data) {}

    /** @param task not in OpenAI's form; null if it is not known */
    @JsonNaming(SnakeCaseStrategy.class)
    private record Entry(
            String id,
            String object,
            long created,
            String ownedBy,
            @JsonInclude(Include.NON_NULL) @Nullable String task) {
        static Entry of(ModelDirectory.Card card) {
            String task = card.task()
                    .map(known -> known.name().toLowerCase(Locale.ROOT))
                    .orElse(null);
            return new Entry(card.id(), "model", card.created().getEpochSecond(), "baseload", task);
        }
    }
}
