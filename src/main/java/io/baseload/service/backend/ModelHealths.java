package io.baseload.service.backend;

import io.baseload.service.backend.BackendHealth.Report;
import io.baseload.service.backend.BackendHealth.State;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The health of a backend and that of each of its models. What happens to a connection, or to a probe, says something about the backend; what it answers to a request says something
 * about the requested model alone, except that it refuses the key.
 */
final class ModelHealths {
    private final Backend backend;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final BackendHealth whole;
    /** By the backend's names. */
    private final Map<String, BackendHealth> models = new ConcurrentHashMap<>();

    /** @param nanoTime as for {@link BackendHealth} */
    ModelHealths(Backend backend, InstantSource clock, LongSupplier nanoTime) {
        this.backend = backend;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.whole = new BackendHealth(clock, nanoTime, error -> {});
        backend.models().forEach(this::of);
    }

    /** That of the backend itself. */
    BackendHealth whole() {
        return whole;
    }

    /** That of a model. */
    BackendHealth of(Backend.Offer model) {
        return models.computeIfAbsent(model.upstream(), any -> new BackendHealth(clock, nanoTime, whole::noted));
    }

    /** An answer of this model came to its end. */
    void succeeded(Backend.Offer model) {
        whole.succeeded();
        of(model).succeeded();
    }

    /** For requests of this owner to a model. */
    State state(BackendCall call) {
        State own = whole.state(call.owner());
        State ofModel = of(call.model()).state(call.owner());
        return own.compareTo(ofModel) > 0 ? own : ofModel;
    }

    /** That of the backend, which is cooling too while all of its models are. The latest error may be a model's. */
    Report report() {
        Report own = whole.report();
        List<Report> each = backend.models().stream()
                .map(this::of)
                .map(BackendHealth::report)
                .toList();
        if (own.state() != State.UP || each.isEmpty()) {
            return own;
        }
        List<Instant> upSince = each.stream()
                .filter(model -> model.state() == State.UP)
                .map(Report::since)
                .toList();
        if (upSince.isEmpty()) {
            Instant last = Collections.max(each.stream().map(Report::since).toList());
            return new Report(State.COOLING, last, own.lastError());
        }
        Instant first = Collections.min(upSince);
        return new Report(State.UP, first.isAfter(own.since()) ? first : own.since(), own.lastError());
    }

    /** Those of its models that have ever failed, by their names for users. */
    Map<String, Report> reports() {
        Map<String, Report> reports = new TreeMap<>();
        for (Backend.Offer offer : backend.models()) {
            Report report = of(offer).report();
            if (report.lastError().isPresent()) {
                reports.put(offer.id(), report);
            }
        }
        return reports;
    }
}
