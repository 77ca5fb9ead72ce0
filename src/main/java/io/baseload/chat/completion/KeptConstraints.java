package io.baseload.chat.completion;

import io.baseload.chat.background.FairExecutor;
import io.baseload.chat.grammar.Constraint;
import io.baseload.chat.grammar.GrammarException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The last constraints of a model, and refused ones. Each scope has its own, so that nobody can infer from timing what others ask for. Simultaneous requests for the same
 * constraint compile it once; kept ones are available at once.
 */
final class KeptConstraints {
    private static final long MAX_BYTES = 64_000_000;

    /** The minimum size counted for each: so there are never more than 32. */
    private static final long MIN_BYTES = MAX_BYTES / 32;

    private final FairExecutor executor;

    /** Least recently used first. */
    private final Map<ConstraintKey, CompletableFuture<Constraint>> kept = new LinkedHashMap<>(16, 0.75f, true);

    KeptConstraints(FairExecutor executor) {
        this.executor = executor;
    }

    /**
     * Fails with the error of the compilation.
     *
     * @throws io.baseload.engine.api.OverloadedException if too much of the same owner waits to be compiled
     */
    synchronized CompletableFuture<Constraint> get(ConstraintKey key, Supplier<Constraint> compile) {
        @Nullable CompletableFuture<Constraint> known = kept.get(key);
        if (known != null) {
            return known;
        }
        var constraint = new CompletableFuture<Constraint>();
        executor.execute(key.scope().owner(), () -> complete(key, constraint, compile));
        kept.put(key, constraint);
        while (bytes() > MAX_BYTES && evict()) {}
        return constraint;
    }

    private void complete(ConstraintKey key, CompletableFuture<Constraint> constraint, Supplier<Constraint> compile) {
        try {
            constraint.complete(compile.get());
        } catch (GrammarException refused) {
            constraint.completeExceptionally(refused);
        } catch (Throwable failed) {
            forget(key);
            constraint.completeExceptionally(failed);
        }
    }

    private synchronized void forget(ConstraintKey key) {
        kept.remove(key);
    }

    private long bytes() {
        return kept.entrySet().stream().mapToLong(KeptConstraints::bytes).sum();
    }

    /** The key, and the constraint with everything that it has cached so far. */
    private static long bytes(Map.Entry<ConstraintKey, CompletableFuture<Constraint>> entry) {
        CompletableFuture<Constraint> constraint = entry.getValue();
        boolean there = constraint.isDone() && !constraint.isCompletedExceptionally();
        return Math.max(
                MIN_BYTES,
                entry.getKey().characters() + (there ? constraint.join().bytes() : 0));
    }

    /** Removes the least recently used constraint of the owner with the most; returns false if all of them are still being compiled. */
    private boolean evict() {
        Map<String, Long> sizes = kept.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getKey().scope().owner(), Collectors.summingLong(KeptConstraints::bytes)));
        String largest =
                Collections.max(sizes.entrySet(), Map.Entry.comparingByValue()).getKey();
        Optional<ConstraintKey> eldest = kept.entrySet().stream()
                .filter(entry -> entry.getKey().scope().owner().equals(largest)
                        && entry.getValue().isDone())
                .map(Map.Entry::getKey)
                .findFirst();
        eldest.ifPresent(kept::remove);
        return eldest.isPresent();
    }
}
