package io.baseload.service.admin;

import io.baseload.service.admin.AttentionForm.Problem;
import io.baseload.service.audit.AuditVerifier;
import io.baseload.service.audit.Checkpoints;
import io.baseload.service.backend.BackendHealth;
import io.baseload.service.quota.SpentBudget;
import io.baseload.service.quota.UsageReports;
import io.baseload.service.registry.EngineView;
import io.baseload.service.registry.Job;
import io.baseload.service.registry.Jobs;
import io.baseload.service.registry.Model;
import io.baseload.service.registry.ModelCatalog;
import io.baseload.service.routing.Backends;
import io.baseload.service.routing.Canaries;
import io.baseload.service.routing.Canaries.Report;
import io.baseload.service.routing.Canary;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Role;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** What needs attention: the rules for each kind. */
@Component
final class OpenProblems {
    private static final Duration RECENT = Duration.ofDays(1);
    private static final double NEARLY_SPENT = 0.8;
    private static final int MAX_BUDGETS = 100;

    private final EngineView engine;
    private final ModelCatalog models;
    private final Backends backends;
    private final Canaries canaries;
    private final Jobs jobs;
    private final UsageReports usage;
    private final AuditVerifier verifier;
    private final Checkpoints checkpoints;

    OpenProblems(
            EngineView engine,
            ModelCatalog models,
            Backends backends,
            Canaries canaries,
            Jobs jobs,
            UsageReports usage,
            AuditVerifier verifier,
            Checkpoints checkpoints) {
        this.engine = engine;
        this.models = models;
        this.backends = backends;
        this.canaries = canaries;
        this.jobs = jobs;
        this.usage = usage;
        this.verifier = verifier;
        this.checkpoints = checkpoints;
    }

    /** Those of one kind that the caller may see. */
    List<Problem> of(ProblemKind kind, Caller caller) {
        return switch (kind) {
            case MEMORY -> memory();
            case MODEL -> ofModels();
            case BACKEND -> ofBackends();
            case CANARY -> ofCanaries();
            case JOB -> ofJobs();
            case BUDGET -> budgets(caller);
            case AUDIT -> audit();
        };
    }

    /** Whether less than a tenth of the memory for models is left. */
    private List<Problem> memory() {
        var memory = engine.memory();
        long room = memory.models() + memory.free();
        return room == 0 || memory.free() >= room / 10
                ? List.of()
                : List.of(Problem.of(
                        ProblemKind.MEMORY,
                        null,
                        String.format(
                                Locale.ROOT, "Memory is low: %,d MB are free for models.", memory.free() / 1_000_000)));
    }

    private List<Problem> ofModels() {
        return Page.all(models::page, Model::id)
                .filter(model -> model.state() == Model.State.FAILED)
                .map(model -> Problem.of(
                        ProblemKind.MODEL,
                        model.id(),
                        "The model " + model.id() + " could not be loaded: "
                                + model.failure().orElse("")))
                .toList();
    }

    private List<Problem> ofBackends() {
        return Page.all(backends::page, known -> known.backend().name())
                .filter(known -> known.health()
                        .filter(health -> health.state() == BackendHealth.State.DOWN)
                        .isPresent())
                .map(known -> known.backend().name())
                .map(name -> Problem.of(ProblemKind.BACKEND, name, "The backend " + name + " is down."))
                .toList();
    }

    /** Those on which an operator should decide, and those without a decision for a day. */
    private List<Problem> ofCanaries() {
        Instant recently = Instant.now().minus(RECENT);
        return canaries.running().stream()
                .filter(report -> !report.reason().isEmpty()
                        || report.canary().startedAt().isBefore(recently))
                .map(report -> Problem.of(ProblemKind.CANARY, report.canary().alias(), words(report)))
                .toList();
    }

    private static String words(Report report) {
        Canary canary = report.canary();
        return "The canary " + canary.model() + " of " + canary.alias() + " is undecided: "
                + (report.reason().isEmpty() ? figures(report) : report.reason()) + ".";
    }

    private static String figures(Report report) {
        return String.format(
                Locale.ROOT,
                "since %s it has %,d answers, the previous targets %,d, and min_requests is %,d",
                LocalDate.ofInstant(report.canary().startedAt(), ZoneOffset.UTC),
                report.counted().answers(),
                report.stable().answers(),
                report.canary().rule().minRequests());
    }

    private List<Problem> ofJobs() {
        Instant since = Instant.now().minus(RECENT);
        return Page.all(jobs::page, Job::id)
                .takeWhile(job -> job.createdAt().isAfter(since))
                .filter(job -> job.state() == Job.State.FAILED)
                .map(JobForm::of)
                .map(job -> Problem.of(
                        ProblemKind.JOB,
                        job.id(),
                        "A job failed: " + job.kind() + " of " + job.model() + ": " + words(job)))
                .toList();
    }

    private static String words(JobForm job) {
        return job.error() == null ? "" : job.error().message();
    }

    /** Of the caller's tenant; for operators, of all. */
    private List<Problem> budgets(Caller caller) {
        Optional<String> tenant = caller.has(Role.OPERATOR) ? Optional.empty() : Optional.of(caller.tenant());
        var spent = usage.spent(tenant, NEARLY_SPENT, MAX_BUDGETS + 1);
        var shown = spent.stream()
                .limit(MAX_BUDGETS)
                .map(budget -> Problem.of(ProblemKind.BUDGET, budget.tenant(), words(budget)));
        var others = spent.stream()
                .skip(MAX_BUDGETS)
                .map(budget -> Problem.of(
                        ProblemKind.BUDGET,
                        null,
                        "More budgets are nearly spent; these are the " + MAX_BUDGETS + " with the largest shares."));
        return Stream.concat(shown, others).toList();
    }

    private static String words(SpentBudget budget) {
        return "The tenant " + budget.tenant() + " has used " + Math.round(100 * budget.share()) + " % of its "
                + budget.unit() + " of the " + budget.period().wire()
                + budget.model().map(model -> " for " + model).orElse("") + ".";
    }

    private List<Problem> audit() {
        return TrailProblems.of(verifier.verify(), checkpoints.signing()).stream()
                .map(message -> Problem.of(ProblemKind.AUDIT, null, message))
                .toList();
    }
}
