package io.baseload.engine.schedule;

import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.SpeculationLoad;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.model.Batch;
import io.baseload.engine.model.CausalModel;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.WorkerLostException;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.profile.StepEvent;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Continuous batching (Yu et al., 2022) for one model. Any thread may submit requests; only the engine's thread computes steps and calls the sinks, except for their end if the engine is lost.
 */
public final class Batcher implements ModelTurns {
    private static final System.Logger LOG = System.getLogger(Batcher.class.getName());

    private final String name;
    private final CausalModel model;
    private final Admission admission;
    private final Speculation speculation;
    private final StepPlanner planner;
    private final Delivery delivery;
    private final Runnable wakeEngine;
    private final AllocationWatch allocations;
    private final Batch batch;

    /** Oldest first. */
    private final List<Sequence> active = new ArrayList<>();

    private final List<Sequence> preempted = new ArrayList<>();
    private final List<Sequence> ended = new ArrayList<>();
    private volatile int activeCount;
    private final AtomicLong preemptions = new AtomicLong();
    private volatile boolean abandoned;

    /** @param wakeEngine wakes the engine's thread */
    public Batcher(String name, CausalModel model, KvCache cache, BatcherLimits limits, Runnable wakeEngine) {
        this.name = name;
        this.model = model;
        this.admission = new Admission(name, model.config(), cache, limits, wakeEngine);
        this.speculation = new Speculation(limits.speculation());
        this.planner = new StepPlanner(limits, speculation);
        this.delivery = new Delivery(model, speculation, limits.residents());
        this.wakeEngine = wakeEngine;
        this.allocations = new AllocationWatch(name);
        this.batch = model.batch();
    }

    /** As {@link io.baseload.engine.api.LoadedModel#generate}, for a checked request. May be called by any thread. */
    public Sequence submit(GenerationRequest request, TokenSink sink) {
        Sequence sequence = admission.submit(request, sink);
        wakeEngine.run();
        return sequence;
    }

    /** Number of sequences that take part in steps. May be called by any thread. */
    public int active() {
        return activeCount;
    }

    /** As {@link io.baseload.engine.api.LoadedModel#queueTime}. May be called by any thread. */
    public Duration queueTime() {
        return admission.queueTime();
    }

    /** Number of waiting requests. May be called by any thread. */
    public int queued() {
        return admission.queued();
    }

    /** Statistics of speculation. May be called by any thread. */
    public SpeculationLoad speculation() {
        return speculation.load();
    }

    /** Number of preempted sequences, which start again. May be called by any thread. */
    public long preemptions() {
        return preemptions.get();
    }

    /** The time spent in steps. May be called by any thread. */
    public OperatorTimes times() {
        return model.profile().times();
    }

    /** Stops accepting requests; accepted ones run to their end. May be called by any thread. */
    public void close() {
        admission.close();
        wakeEngine.run();
    }

    @Override
    public void abandon() {
        abandoned = true;
        close();
    }

    @Override
    public void lose(WorkerLostException lost) {
        for (Sequence sequence : admission.lose(lost)) {
            // each by a thread of its own: the engine's may hang in one of their sinks, which then can't be called
            Thread.ofVirtual().start(() -> {
                sequence.lose(lost);
                report(sequence);
            });
        }
    }

    @Override
    public Turn turn(Team team) {
        boolean worked = reap();
        try {
            worked |= delivery.deliverHeld(active, team);
            admission.admit(active);
            planner.plan(active, preempted, batch);
            preemptions.addAndGet(preempted.size());
            admission.putBack(preempted);
            activeCount = active.size();
            if (batch.rows() > 0) {
                var event = StepEvent.begun();
                speculation.begin();
                allocations.begin(team);
                model.forward(team, batch);
                allocations.end(team, batch.rows());
                speculation.end();
                delivery.deliver(active, team);
                model.profile().alone(Operator.SAMPLING);
                if (event != null) {
                    event.end(name, active.size(), batch.rows(), admission.queued());
                }
                worked = true;
            }
        } catch (Throwable failed) {
            LOG.log(Level.ERROR, "a step of " + name + " failed", failed);
            active.forEach(sequence -> sequence.fail(failed));
        }
        worked |= reap();
        return worked ? Turn.WORKED : idle();
    }

    private Turn idle() {
        if (admission.empty()) {
            return admission.drained() ? Turn.DRAINED : Turn.IDLE;
        }
        return planner.waiting() || delivery.holding(active) ? Turn.WAITING : Turn.WORKED;
    }

    /** Removes ended sequences, returns their pages and calls their sinks. */
    private boolean reap() {
        if (active.removeIf(sequence -> ended(sequence) && ended.add(sequence))) {
            activeCount = active.size();
        }
        admission.remove(this::ended, ended);
        ended.forEach(Sequence::leave);
        ended.forEach(this::report);
        boolean any = !ended.isEmpty();
        ended.clear();
        return any;
    }

    private boolean ended(Sequence sequence) {
        if (abandoned && !sequence.ended()) {
            sequence.fail(admission.end());
        }
        return sequence.ended();
    }

    private void report(Sequence sequence) {
        try {
            sequence.report();
        } catch (Throwable failed) {
            LOG.log(Level.WARNING, "a sink of " + name + " failed at its end", failed);
        }
    }
}
