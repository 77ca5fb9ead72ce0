package io.baseload.service.admin;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.service.registry.ImportService;
import io.baseload.service.registry.Job;
import io.baseload.service.registry.Model;
import io.baseload.service.registry.ModelCatalog;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Models: import, load, unload, delete. */
@RestController
@RequestMapping("/admin/v1/models")
final class ModelController {
    private final ModelCatalog catalog;
    private final ImportService imports;
    private final AdminActions actions;

    ModelController(ModelCatalog catalog, ImportService imports, AdminActions actions) {
        this.catalog = catalog;
        this.imports = imports;
        this.actions = actions;
    }

    /** @param path relative to the import folder */
    record ImportRequest(
            @Nullable String path,
            @Nullable String name,
            @Nullable String quantize) {}

    /**
     * @param precision exact or fast; absent: as before
     * @param kvPrecision f32, f16 or q8; absent: as before
     * @param shards the process's own number, which applies to all models; absent: likewise
     * @param pinned whether it stays in memory although nobody uses it; absent: as before
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record LoadRequest(
            @Nullable String precision,
            @Nullable String kvPrecision,
            @Nullable Integer shards,
            @Nullable Boolean pinned) {
        static final LoadRequest AS_BEFORE = new LoadRequest(null, null, null, null);
    }

    @GetMapping
    Page<ModelForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(request, catalog.page(request.after(), request.probe()), Model::id, ModelForm::of);
    }

    @GetMapping("/{id}")
    ModelForm get(@PathVariable String id) {
        return ModelForm.of(catalog.find(id).orElseThrow(() -> new UnknownModelException(id)));
    }

    @PostMapping
    ResponseEntity<JobForm.Started> importFile(
            @RequestBody ImportRequest request, @AuthenticationPrincipal Caller caller) {
        String path = Refusals.present("path", request.path());
        String name = Refusals.present("name", request.name());
        Optional<Quantization> quantization = Optional.ofNullable(request.quantize())
                .map(label -> Quantization.named(label)
                        .orElseThrow(() -> Refusals.invalid(
                                "quantize",
                                "invalid_value",
                                "'quantize' must be one of " + String.join(", ", Quantization.labels()) + ".")));
        return JobForm.started(imports.start(
                path,
                name,
                quantization,
                caller.actor(),
                recorded(caller, "model.import", name, Map.of("path", path))));
    }

    @PostMapping("/{id}/load")
    ResponseEntity<JobForm.Started> load(
            @PathVariable String id,
            @RequestBody(required = false) @Nullable LoadRequest body,
            @AuthenticationPrincipal Caller caller) {
        LoadRequest request = body == null ? LoadRequest.AS_BEFORE : body;
        Optional<Precision> precision = Refusals.named("precision", request.precision(), Precision::of);
        Optional<KvPrecision> kv = Refusals.named("kv_precision", request.kvPrecision(), KvPrecision::of);
        requireOwnShards(request.shards());
        Map<String, Object> detail = new TreeMap<>();
        precision.ifPresent(value -> detail.put("precision", value.label()));
        kv.ifPresent(value -> detail.put("kv_precision", value.label()));
        Optional<Boolean> pinned = Optional.ofNullable(request.pinned());
        pinned.ifPresent(value -> detail.put("pinned", value));
        return JobForm.started(catalog.load(id, precision, kv, pinned, recorded(caller, "model.load", id, detail)));
    }

    private void requireOwnShards(@Nullable Integer shards) {
        int own = catalog.shards();
        if (shards != null && shards != own) {
            throw Refusals.invalid(
                    "shards",
                    "invalid_value",
                    "'shards' must be " + own + ": baseload.engine.shards is for all models of a process.");
        }
    }

    @PostMapping("/{id}/unload")
    ResponseEntity<JobForm.Started> unload(@PathVariable String id, @AuthenticationPrincipal Caller caller) {
        return JobForm.started(catalog.unload(id, recorded(caller, "model.unload", id, Map.of())));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, @AuthenticationPrincipal Caller caller) {
        catalog.delete(id, () -> actions.record(caller, "model.delete", "models/" + id, Map.of()));
    }

    private Consumer<Job> recorded(Caller caller, String act, String model, Map<String, Object> detail) {
        return job -> actions.record(caller, act, "models/" + model, Refusals.plus(detail, "job", job.id()));
    }
}
