package io.baseload.cli;

import io.baseload.engine.api.Engine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command's engine splits models. */
final class ShardOptions {
    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Number of shards of the model, each with its own workers (default: one for each list of CPUs, or"
                            + " for each NUMA node).")
    private int shards;

    @Mixin
    private CpuOption cpus = new CpuOption();

    /** @param threads 0 for as many as suit the machine */
    Engine open(int threads) {
        return cpus.open(threads, shards);
    }
}
