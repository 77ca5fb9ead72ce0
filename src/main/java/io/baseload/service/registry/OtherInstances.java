package io.baseload.service.registry;

import io.baseload.service.cluster.Instance;
import io.baseload.service.cluster.Instances;
import io.baseload.service.cluster.Membership;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.Jobs.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The other processes: the models that they have in memory, and the wait until they have the same as this one. A process that has missed several renewals of its lease is not waited
 * for: it is dead, or else does its part as soon as it reaches the database again.
 */
@Component
public final class OtherInstances {
    private static final Logger LOG = LoggerFactory.getLogger(OtherInstances.class);
    private static final Set<String> IN_MEMORY =
            Set.of(word(Model.State.LOADED), word(Model.State.LOADING), word(Model.State.DRAINING));
    /** How long a process may take that does not report that it is loading. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Leases are renewed every 2 s, and a statement that takes 20 s has failed. */
    private static final Duration MAX_SILENCE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Instances instances;
    private final Membership membership;
    private final Residence residence;
    private final Duration patience;

    @Autowired
    OtherInstances(Instances instances, Membership membership, Residence residence) {
        this(instances, membership, residence, PATIENCE);
    }

    OtherInstances(Instances instances, Membership membership, Residence residence, Duration patience) {
        this.instances = instances;
        this.membership = membership;
        this.residence = residence;
        this.patience = patience;
    }

    /**
     * Returns at once if processes load models on request.
     *
     * @throws ConflictException if another process can't load the model
     */
    public void awaitModel(String model, Progress progress) {
        if (residence.policy().onDemand()) {
            return;
        }
        await("load '" + model + "'", progress, instance -> has(instance, model, Model.State.LOADING), instance -> {
            if (has(instance, model, Model.State.FAILED)) {
                throw new ConflictException("The instance " + instance.id() + " at " + instance.address()
                        + " can't load the model '" + model + "'.");
            }
            return !instance.hasEngine() || has(instance, model, Model.State.LOADED);
        });
    }

    private static boolean has(Instance instance, String model, Model.State state) {
        return instance.models().stream()
                .anyMatch(one -> one.id().equals(model) && one.state().equals(word(state)));
    }

    /** Returns at once if processes load models on request: then each decides for itself. */
    void awaitUnloaded(String model, Progress progress) {
        if (residence.policy().onDemand()) {
            return;
        }
        await("unload '" + model + "'", progress, instance -> false, instance -> !hasInMemory(instance, model));
    }

    private static boolean hasInMemory(Instance instance, String model) {
        return instance.models().stream().anyMatch(one -> one.id().equals(model) && IN_MEMORY.contains(one.state()));
    }

    /** @throws ConflictException if another process has the model in memory, or is loading it */
    void refuseIfInMemory(String model) {
        others().filter(instance -> hasInMemory(instance, model)).findFirst().ifPresent(instance -> {
            throw new ConflictException("The instance " + instance.id() + " at " + instance.address()
                    + " has the model '" + model + "' in memory: unload it there first.");
        });
    }

    private Stream<Instance> others() {
        return instances.live().stream()
                .filter(instance -> !instance.id().equals(membership.lease().instance()));
    }

    /**
     * Returns also if a process does not follow in time, or the wait is cancelled, because the alias has moved already.
     *
     * @param route in the words in which each process reports it
     */
    public void awaitAlias(String name, String route, Progress progress) {
        try {
            await(
                    "route '" + name + "' to '" + route + "'",
                    progress,
                    instance -> false,
                    instance -> route.equals(instance.aliases().get(name)));
        } catch (ConflictException | CancelledException e) {
            String why = "the wait for the other processes ended: " + Jobs.inWords(e);
            LOG.warn("The alias '{}' has moved; {}", name, why);
            progress.remark(why);
        }
    }

    /** @param busy whether a process is doing its part: its time doesn't count */
    private void await(String what, Progress progress, Predicate<Instance> busy, Predicate<Instance> done) {
        Map<UUID, Long> idleSince = new HashMap<>();
        while (true) {
            progress.at(0.95, "waiting for the other processes");
            List<Instance> late = others().filter(instance -> instance.silence().compareTo(MAX_SILENCE) < 0)
                    .filter(done.negate())
                    .toList();
            if (late.isEmpty()) {
                return;
            }
            long now = System.nanoTime();
            for (Instance instance : late) {
                if (busy.test(instance)) {
                    idleSince.remove(instance.id());
                } else if (now - idleSince.computeIfAbsent(instance.id(), id -> now) >= patience.toNanos()) {
                    throw new ConflictException("The instance " + instance.id() + " at " + instance.address()
                            + " did not " + what + " within " + patience.toMinutes() + " minutes.");
                }
            }
            sleep();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConflictException("The wait for the other instances was interrupted.");
        }
    }

    static String word(Model.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
