package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.util.Set;
import java.util.function.Consumer;

/** Runs steps of linear layers only, whose rows have at most {@code columns} numbers. */
record LinearWorkers(NativeMemory memory, int columns) {
    /** Weights whose rows take most memory. */
    private static final Set<Packing> LONGEST = Set.of(new Packing(Codes.I8, 16, Scales.F32));

    /** Does a step on {@code count} workers, each of which waits for the others at its end. */
    void run(Kernels kernels, Batch batch, int rows, int count, Consumer<Worker> step) {
        Profile profile = new Profile(count);
        PromptRows quantized =
                PromptRows.allocate(memory, kernels.promptBytes(LONGEST, PromptRows.elements(rows, columns)));
        Worker[] workers = new Worker[count];
        for (int i = 0; i < count; i++) {
            Scratch scratch = Scratch.allocate(memory, columns, 1, 1);
            workers[i] = new Worker(0, kernels, scratch, quantized.share(), profile.worker(i), columns, 1, batch);
        }
        Worker.introduce(workers);
        try (Team team = new Team(count, false)) {
            team.run((index, active, barrier) -> {
                workers[index].start(batch, index, active, barrier);
                step.accept(workers[index]);
                workers[index].await();
            });
        }
    }
}
