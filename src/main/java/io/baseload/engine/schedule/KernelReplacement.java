package io.baseload.engine.schedule;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.model.CausalModel;
import io.baseload.engine.parallel.Team;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Replaces a model's kernels if steps keep creating objects, by copies that are compiled anew meanwhile. Happens once in a model's life: if the copies create objects too, that is only reported.
 * Used by the engine's thread.
 */
final class KernelReplacement {
    private static final System.Logger LOG = System.getLogger(KernelReplacement.class.getName());

    private final String name;
    private final CausalModel model;
    private final Supplier<CompletableFuture<Kernels>> copies;
    private final AllocationWatch watch = new AllocationWatch();
    private CompletableFuture<Kernels> compiled = new CompletableFuture<>();

    /** Bytes of the step that was reported; 0 if none was. */
    private long boxed;

    private boolean replaced;
    private boolean compared;

    /** @param copies starts to compile copies of the model's kernels */
    KernelReplacement(String name, CausalModel model, Supplier<CompletableFuture<Kernels>> copies) {
        this.name = name;
        this.model = model;
        this.copies = copies;
    }

    /** Called before a step. */
    void begin(Team team) {
        if (!replaced && compiled.isDone()) {
            replaced = true;
            replace();
        }
        watch.begin(team);
    }

    private void replace() {
        try {
            model.use(compiled.join());
            watch.restart();
        } catch (CompletionException failed) {
            LOG.log(Level.WARNING, name + ": copies of its kernels could not be compiled", failed.getCause());
        }
    }

    /** Called after the step. */
    void end(Team team) {
        long reported = watch.end(team);
        if (replaced && !compared && watch.measured()) {
            compared = true;
            LOG.log(
                    Level.INFO,
                    "{0}: with copies of its kernels a step allocates {1} bytes instead of {2}",
                    name,
                    watch.last(),
                    boxed);
        }
        if (reported > 0 && boxed == 0) {
            boxed = reported;
            LOG.log(
                    Level.WARNING,
                    "{0}: a step allocates {1} bytes of objects, although compiled kernels allocate none: the JIT left"
                            + " one boxed, and answers are slow. Copies of the kernels are compiled now",
                    name,
                    reported);
            compiled = copies.get();
        } else if (reported > 0) {
            LOG.log(
                    Level.WARNING,
                    "{0}: a step allocates {1} bytes of objects also with copies of the kernels, and answers are slow."
                            + " Restarting the process repairs this",
                    name,
                    reported);
        }
    }
}
