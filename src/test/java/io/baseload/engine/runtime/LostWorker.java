package io.baseload.engine.runtime;

import io.baseload.engine.api.Engine;
import io.baseload.engine.parallel.TeamLayout;
import java.util.List;

/** An engine that loses a worker as soon as it starts: the worker's thread ends, because it is bound to a CPU that doesn't exist. */
public final class LostWorker {
    private LostWorker() {}

    public static Engine open() {
        return new CpuEngine(new TeamLayout(2, List.of(List.of(), List.of(-1))), false);
    }
}
