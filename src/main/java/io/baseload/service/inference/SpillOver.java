package io.baseload.service.inference;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.NoRoomForOutputsException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.ModelDirectory.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Asks the models that a name stands for, one after the other, until one takes the request. The next one is asked after a failure, and after a refusal too: it may have a longer
 * context, or do what this one can't. So whether a request is answered depends neither on the order that was drawn for it nor on which models are busy. Only two refusals are final:
 * that of the tenant's filters, and one that came after the model had computed everything.
 *
 * <p>If none takes it, the client learns why the first one did not: of those that may take it later, or else of those that never will. A canary's reason counts only if there is no other.
 *
 * <p>While there are other models, the request does not wait for one that is only being loaded. It does so when none of the others has taken it.
 */
final class SpillOver<T> {
    private final Asking<T> asking;
    private final LoadPatience patience;
    private final BiConsumer<Target, InvalidRequestException> refusedByTrial;
    private final List<Failure> failures = new ArrayList<>();
    private final List<Target> unloaded = new ArrayList<>();
    private Runnable refused = () -> {};
    /** Whether there is no memory for outputs that are computed elsewhere. */
    private boolean full;

    /** Asks a model. */
    @FunctionalInterface
    interface Asking<T> {
        T ask(ServedModel model, Attempt attempt);
    }

    /**
     * One model's turn.
     *
     * @param since when the request began to wait for this model, as from {@link System#nanoTime}
     * @param last whether this is the last model to be asked
     * @param trial whether it is on trial, so that its refusals are not final
     */
    record Attempt(long since, boolean last, boolean trial) {
        /** Whether another model is asked after a refusal. */
        boolean isProvisional() {
            return trial && !last;
        }
    }

    /** Why a target did not take the request. */
    private record Failure(Target target, RuntimeException reason) {
        boolean ofTrial() {
            return target.isTrial();
        }

        boolean isRefusal() {
            return refusal(reason).isPresent();
        }
    }

    /** A refusal that came when everything was computed. It was charged, except if it is {@linkplain Attempt#isProvisional provisional}. */
    static final class ComputedRefusalException extends RuntimeException {
        private final InvalidRequestException refusal;

        ComputedRefusalException(InvalidRequestException refusal) {
            super(refusal);
            this.refusal = refusal;
        }

        InvalidRequestException refusal() {
            return refusal;
        }
    }

    /**
     * @param patience how long the request waits for a model to be loaded
     * @param refusedByTrial learns which target on trial refused a request that another one took
     */
    SpillOver(Asking<T> asking, LoadPatience patience, BiConsumer<Target, InvalidRequestException> refusedByTrial) {
        this.asking = asking;
        this.patience = patience;
        this.refusedByTrial = refusedByTrial;
    }

    /** Asks the models once. */
    T ask(List<Target> targets) {
        T answer = first(targets, targets.size() == 1 ? patience : LoadPatience.NONE, false)
                .or(() -> targets.size() == 1 ? Optional.empty() : first(List.copyOf(unloaded), patience, true))
                .orElseThrow(this::summed);
        refused.run();
        return answer;
    }

    /** @param again whether these targets were asked before, so that no others are left */
    private Optional<T> first(List<Target> targets, LoadPatience wait, boolean again) {
        for (int i = 0; i < targets.size(); i++) {
            boolean last = i == targets.size() - 1 && (again || unloaded.isEmpty());
            Optional<T> answer = ask(targets.get(i), wait, last);
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    private Optional<T> ask(Target target, LoadPatience wait, boolean last) {
        long since = System.nanoTime();
        try {
            var model = target.acquire(wait);
            if (full && model.sharesOutputMemory()) {
                model.close();
                return Optional.empty();
            }
            return Optional.of(asking.ask(model, new Attempt(since, last, target.isTrial())));
        } catch (NoRoomForOutputsException e) {
            full = true;
            failed(target, e);
        } catch (ModelUnavailableException e) {
            failed(target, e);
            if (!target.isTrial()) {
                unloaded.add(target);
            }
        } catch (OverloadedException | ModelClosedException | UpstreamException e) {
            failed(target, e);
        } catch (ComputedRefusalException e) {
            if (!target.isTrial()) {
                throw e.refusal();
            }
            failed(target, e.refusal());
        } catch (InvalidRequestException e) {
            if (RequestGuard.hasBlocked(e)) {
                throw e;
            }
            failed(target, e);
        }
        return Optional.empty();
    }

    private void failed(Target target, RuntimeException reason) {
        failures.removeIf(earlier -> earlier.target().equals(target)); // it was being loaded then
        failures.add(new Failure(target, reason));
        if (target.isTrial()) {
            refusal(reason).ifPresent(refusal -> refused = () -> refusedByTrial.accept(target, refusal));
        }
    }

    /** Empty if the model may take the request later. */
    private static Optional<InvalidRequestException> refusal(RuntimeException reason) {
        return switch (reason) {
            case InvalidRequestException e -> Optional.of(e);
            case UpstreamException e
            when e.reason() == Reason.UNSUPPORTED ->
                Optional.of(new InvalidRequestException("model", "unsupported_value", String.valueOf(e.getMessage())));
            default -> Optional.empty();
        };
    }

    private RuntimeException summed() {
        var told = failures.stream()
                .min(Comparator.comparing(Failure::ofTrial).thenComparing(Failure::isRefusal))
                .orElseThrow()
                .reason();
        failures.stream()
                .map(Failure::reason)
                .filter(reason -> !reason.equals(told))
                .forEach(told::addSuppressed);
        return told;
    }
}
