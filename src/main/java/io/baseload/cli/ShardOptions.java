package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import java.util.List;
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

    @Option(
            names = "--cpus",
            paramLabel = "LIST",
            split = ";",
            description = "CPUs to use, such as 0-15,32-47; lists for several shards are separated by ; (default: all"
                    + " that the process may use).")
    private List<String> cpus = List.of();

    /** @param threads 0 for as many as suit the machine */
    Engine open(int threads) {
        try {
            return Engine.open(new EngineOptions(threads, true, shards, cpus));
        } catch (IllegalArgumentException bad) {
            throw new BadInputException(String.valueOf(bad.getMessage()));
        }
    }
}
