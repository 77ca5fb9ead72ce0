package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** The CPUs of a command's engine. */
final class CpuOption {
    @Option(
            names = "--cpus",
            paramLabel = "LIST",
            split = ";",
            description = "CPUs to use, such as 0-15,32-47; lists for several shards are separated by ; (default: all"
                    + " that the process may use).")
    private List<String> cpus = List.of();

    /**
     * @param threads 0 for as many as suit the machine
     * @param shards 0 for as many as there are lists or nodes
     */
    Engine open(int threads, int shards) {
        try {
            return Engine.open(new EngineOptions(threads, true, shards, cpus));
        } catch (IllegalArgumentException bad) {
            throw new BadInputException(String.valueOf(bad.getMessage()));
        }
    }
}
