package io.baseload.service.routing;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.registry.ConflictException;
import io.baseload.service.registry.Job;
import io.baseload.service.registry.Jobs;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Aliases.Alias;
import io.baseload.service.routing.Canary.Arm;
import io.baseload.service.routing.Canary.Rule;
import io.baseload.service.routing.Canary.State;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * New models that get a share of a name's requests, until their figures, or an operator, decide: the name then points to the new model alone, or to its previous targets.
 *
 * <p>Each process chooses among its own requests and counts their results. Once a second it adds its figures to the total and applies the rule. If several processes come to the
 * same decision, one of them carries it out. If the new model refuses a request or does not start to answer it, the others answer it, so that no user sees a bad model fail
 * before its first token.
 */
@Component
public final class Canaries {
    private static final Logger LOG = LoggerFactory.getLogger(Canaries.class);

    private final CanaryRows rows;
    private final CanaryTraffic traffic;
    private final Aliases aliases;
    private final AuditTrail audit;
    private final Jobs jobs;

    Canaries(CanaryRows rows, CanaryTraffic traffic, Aliases aliases, AuditTrail audit, Jobs jobs) {
        this.rows = rows;
        this.traffic = traffic;
        this.aliases = aliases;
        this.audit = audit;
        this.jobs = jobs;
    }

    /** A canary and its figures. */
    public record Report(Canary canary, CanaryCount stable, CanaryCount counted) {
        /** Why it ended, or why it goes on although too many of its answers fail; empty otherwise. */
        public String reason() {
            boolean waits = canary.state() == State.RUNNING;
            return waits && CanaryVerdict.of(canary.rule(), stable, counted) instanceof CanaryVerdict.Wait(String why)
                    ? why
                    : canary.reason();
        }
    }

    public Optional<Report> find(String alias) {
        return rows.find(alias).map(this::report);
    }

    public List<Report> running() {
        return rows.running().stream().map(this::report).toList();
    }

    private Report report(Canary canary) {
        Map<Arm, CanaryCount> counts = rows.counts(canary.alias());
        return new Report(
                canary,
                counts.getOrDefault(Arm.STABLE, CanaryCount.none()),
                counts.getOrDefault(Arm.CANARY, CanaryCount.none()));
    }

    /**
     * Gives a model a share of a name's requests; returns when that is in effect, after loading the model if it is local.
     *
     * @param recorded runs in the transaction that begins it
     * @throws InvalidRequestException if the name points to this model already
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if the name has a running canary
     * @throws io.baseload.service.registry.NotEnoughMemoryException if both models don't fit into memory
     */
    public Report put(String name, AliasTarget asked, Rule rule, Runnable recorded) {
        Canary canary = checked(name, asked, rule);
        if (canary.backend().isPresent()) {
            begin(canary, recorded, Progress.IGNORED);
        } else {
            jobs.run(Job.Kind.ALIAS, canary.model(), job -> {}, progress -> begin(canary, recorded, progress));
        }
        return find(name).orElseThrow();
    }

    /** The same as a job, for callers who don't wait. */
    public Job start(String name, AliasTarget asked, Rule rule, Runnable recorded) {
        Canary canary = checked(name, asked, rule);
        return jobs.start(Job.Kind.ALIAS, canary.model(), job -> {}, progress -> begin(canary, recorded, progress));
    }

    private Canary checked(String name, AliasTarget asked, Rule rule) {
        AliasTarget target = aliases.placed(asked);
        check(name, target);
        if (target.backend().isEmpty()) {
            aliases.admit(target.model());
        }
        return new Canary(
                name,
                target.model(),
                target.backend(),
                rule,
                State.RUNNING,
                "",
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                null);
    }

    private void begin(Canary canary, Runnable recorded, Progress progress) {
        Runnable decision = () -> {
            check(canary.alias(), canary.target()); // again, because a load takes long
            rows.start(canary);
            recorded.run();
        };
        if (canary.backend().isPresent()) {
            aliases.decide(decision);
        } else {
            aliases.bring(canary.model(), decision, progress);
        }
        traffic.use(rows.running());
    }

    private void check(String name, AliasTarget target) {
        Alias alias = aliases.find(name).orElseThrow(() -> new UnknownModelException(name));
        boolean there = alias.route().targets().stream()
                .anyMatch(one ->
                        one.model().equals(target.model()) && one.backend().equals(target.backend()));
        if (there) {
            throw new InvalidRequestException(
                    "model", "invalid_value", "The alias '" + name + "' already points to this model.");
        }
        if (rows.find(name).filter(one -> one.state() == State.RUNNING).isPresent()) {
            throw new ConflictException(
                    "The alias '" + name + "' already has a canary: promote it or roll it back first.");
        }
    }

    /**
     * Points the name to the canary alone, or leaves it unchanged.
     *
     * @param recorded runs in the transaction that ends it
     * @throws ConflictException if there is no running one, or the backend no longer has the model to be promoted
     */
    public Report end(String name, State state, String reason, Consumer<Canary> recorded) {
        Canary canary = rows.find(name)
                .filter(one -> one.state() == State.RUNNING)
                .orElseThrow(() -> new ConflictException("The alias '" + name + "' has no running canary."));
        if (state == State.PROMOTED && !aliases.isOffered(canary.target())) {
            throw new ConflictException("The backend no longer has the canary's model: roll it back.");
        }
        if (!ended(canary, state, reason, recorded)) {
            throw new ConflictException("The canary of '" + name + "' has just ended in another way.");
        }
        return find(name).orElseThrow();
    }

    private boolean ended(Canary canary, State state, String reason, Consumer<Canary> recorded) {
        boolean won = aliases.settle(canary, state == State.PROMOTED, () -> {
            boolean first = rows.end(canary, state, reason);
            if (first) {
                recorded.accept(canary.ended(state, reason));
            }
            return first;
        });
        traffic.use(rows.running());
        return won;
    }

    /** Once a second: reports the local counts, learns of canaries, and ends those whose figures decide. */
    void tick() {
        traffic.report(rows);
        var running = rows.running();
        traffic.use(running);
        running.forEach(this::judgeAlone);
    }

    /** One that can't be judged does not keep the others waiting. */
    private void judgeAlone(Canary canary) {
        try {
            judge(canary);
        } catch (RuntimeException e) {
            LOG.warn("The canary of {} can't be judged now: {}", canary.alias(), Jobs.inWords(e));
        }
    }

    private void judge(Canary canary) {
        Report report = report(canary);
        switch (CanaryVerdict.of(canary.rule(), report.stable(), report.counted())) {
            case CanaryVerdict.Wait _ -> {}
            case CanaryVerdict.Promote(String reason)
            when !aliases.isOffered(canary.target()) ->
                endByItself(canary, State.ROLLED_BACK, "the backend no longer has its model");
            case CanaryVerdict.Promote(String reason) -> endByItself(canary, State.PROMOTED, reason);
            case CanaryVerdict.RollBack(String reason) -> endByItself(canary, State.ROLLED_BACK, reason);
        }
    }

    private void endByItself(Canary canary, State state, String reason) {
        if (ended(canary, state, reason, end -> record(Actor.SYSTEM, end))) {
            LOG.info("The canary {} of {} is {}: {}", canary.model(), canary.alias(), word(state), reason);
        }
    }

    /** The audit entry for its end; within a transaction. */
    public void record(Actor actor, Canary end) {
        Map<String, Object> detail = new TreeMap<>();
        detail.put("model", end.model());
        end.backend().ifPresent(backend -> detail.put("backend", backend));
        detail.put("state", word(end.state()));
        detail.put("reason", end.reason());
        audit.recordAdmin(actor, "admin.alias.canary.end", "aliases/" + end.alias(), detail);
    }

    static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
