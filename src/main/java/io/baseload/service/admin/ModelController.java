package io.baseload.service.admin;

import io.baseload.engine.api.Quantization;
import io.baseload.service.registry.Imports;
import io.baseload.service.registry.Job;
import io.baseload.service.registry.Model;
import io.baseload.service.registry.Models;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.tenant.Caller;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
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

/** Models: import, load, unload, delete. */
@RestController
@RequestMapping("/admin/v1/models")
final class ModelController {
    private final Models models;
    private final Imports imports;
    private final Acts acts;

    ModelController(Models models, Imports imports, Acts acts) {
        this.models = models;
        this.imports = imports;
        this.acts = acts;
    }

    /** @param path relative to the import folder */
    record ImportRequest(
            @Nullable String path,
            @Nullable String name,
            @Nullable String quantize) {}

    record JobStarted(JobForm job) {}

    @GetMapping
    Page<ModelForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(request, models.page(request.after(), request.probe()), Model::id, ModelForm::of);
    }

    @GetMapping("/{id}")
    ModelForm get(@PathVariable String id) {
        return ModelForm.of(models.find(id).orElseThrow(() -> new UnknownModelException(id)));
    }

    @PostMapping
    ResponseEntity<JobStarted> importFile(@RequestBody ImportRequest request, @AuthenticationPrincipal Caller caller) {
        String path = Refusals.present("path", request.path());
        String name = Refusals.present("name", request.name());
        Optional<Quantization> quantization = Optional.ofNullable(request.quantize())
                .map(label -> Quantization.named(label)
                        .orElseThrow(() -> Refusals.invalid(
                                "quantize",
                                "invalid_value",
                                "'quantize' must be one of " + String.join(", ", Quantization.labels()) + ".")));
        return started(
                imports.start(path, name, quantization, recorded(caller, "model.import", name, Map.of("path", path))));
    }

    @PostMapping("/{id}/load")
    ResponseEntity<JobStarted> load(@PathVariable String id, @AuthenticationPrincipal Caller caller) {
        return started(models.load(id, recorded(caller, "model.load", id, Map.of())));
    }

    @PostMapping("/{id}/unload")
    ResponseEntity<JobStarted> unload(@PathVariable String id, @AuthenticationPrincipal Caller caller) {
        return started(models.unload(id, recorded(caller, "model.unload", id, Map.of())));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id, @AuthenticationPrincipal Caller caller) {
        models.delete(id, () -> acts.record(caller, "model.delete", "models/" + id, Map.of()));
    }

    private Consumer<Job> recorded(Caller caller, String act, String model, Map<String, Object> detail) {
        return job -> acts.record(caller, act, "models/" + model, Refusals.plus(detail, "job", job.id()));
    }

    private static ResponseEntity<JobStarted> started(Job job) {
        return ResponseEntity.accepted()
                .location(URI.create("/admin/v1/jobs/" + job.id()))
                .body(new JobStarted(JobForm.of(job)));
    }
}
