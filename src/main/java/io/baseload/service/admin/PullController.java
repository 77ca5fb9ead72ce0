package io.baseload.service.admin;

import io.baseload.service.registry.PullService;
import io.baseload.service.registry.PullService.Pull;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Downloads models. */
@RestController
@RequestMapping("/admin/v1/pulls")
final class PullController {
    private final PullService pulls;
    private final AdminActions actions;

    PullController(PullService pulls, AdminActions actions) {
        this.pulls = pulls;
        this.actions = actions;
    }

    /** Pulls and imports, in one job. */
    @PostMapping
    ResponseEntity<JobForm.Started> pull(@RequestBody PullRequest request, @AuthenticationPrincipal Caller caller) {
        Pull pull = request.read();
        Map<String, Object> detail = described(pull);
        return JobForm.started(pulls.start(
                pull,
                caller.actor(),
                job -> actions.record(
                        caller, "model.pull", "models/" + pull.name(), Refusals.plus(detail, "job", job.id()))));
    }

    /** For the trail: no key, and of a presigned URL only the part that names the file. */
    private static Map<String, Object> described(Pull pull) {
        BackendKey key = BackendKey.of(pull.secret());
        Map<String, Object> detail = new TreeMap<>();
        detail.put("source", pull.source().description());
        detail.put("secret_source", key.source());
        if (key.variable() != null) {
            detail.put("secret_env", key.variable());
        }
        if (key.file() != null) {
            detail.put("secret_file", key.file());
        }
        pull.license().ifPresent(license -> detail.put("license", license));
        pull.signature().ifPresent(file -> detail.put("signature", file));
        pull.quantize().ifPresent(kind -> detail.put("quantize", kind));
        return detail;
    }
}
