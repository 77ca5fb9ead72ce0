package io.baseload.service.admin;

import io.baseload.service.registry.Job;
import io.baseload.service.registry.Jobs;
import io.baseload.service.tenant.Caller;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs: list and cancel. */
@RestController
@RequestMapping("/admin/v1/jobs")
final class JobController {
    private final Jobs jobs;
    private final AdminActions actions;

    JobController(Jobs jobs, AdminActions actions) {
        this.jobs = jobs;
        this.actions = actions;
    }

    /** Newest first. */
    @GetMapping
    Page<JobForm> list(@RequestParam @Nullable Integer limit, @RequestParam @Nullable String after) {
        var request = Page.Request.of(limit, after);
        return Page.of(request, jobs.page(request.after(), request.probe()), Job::id, JobForm::of);
    }

    @GetMapping("/{id}")
    JobForm get(@PathVariable String id) {
        return JobForm.of(job(id));
    }

    @PostMapping("/{id}/cancel")
    JobForm cancel(@PathVariable String id, @AuthenticationPrincipal Caller caller) {
        Job job = job(id);
        return JobForm.of(jobs.cancel(job, () -> actions.record(caller, "job.cancel", "jobs/" + id, Map.of())));
    }

    private Job job(String id) {
        return jobs.find(id).orElseThrow(() -> Refusals.notFound("job", id));
    }
}
