package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelInfo;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what is in a model file, and the memory that it would take. */
@Command(name = "inspect", description = "Says what is in a model file, and the memory that it would take.")
final class InspectCommand implements Callable<Integer> {
    @Mixin
    private ModelArgument model = new ModelArgument();

    @Mixin
    private KvOption kv = new KvOption();

    @Mixin
    private Output output = new Output();

    /** What {@code --json} prints. */
    record Report(String file, ModelInfo model, MemoryEstimate memory) {}

    @Override
    public Integer call() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            ModelInfo info = engine.inspect(model.path());
            MemoryEstimate memory = engine.estimate(
                    model.path(), LoadOptions.named(model.name()).withKvPrecision(kv.precision()));
            describe(info, memory);
            output.result(new Report(model.path().toString(), info, memory), summary(info));
        }
        return 0;
    }

    private void describe(ModelInfo info, MemoryEstimate memory) {
        row("file", model.path().toString());
        row("name", info.name());
        row(
                "shape",
                info.layers() + " layers, hidden " + info.hiddenSize() + ", " + info.heads() + " heads, "
                        + info.kvHeads() + " KV heads");
        row("vocabulary", info.vocabularySize() + " tokens");
        row("context", info.contextLength() + " tokens");
        info.tensorBytes().forEach((type, bytes) -> row("in " + type, bytes(bytes)));
        row(
                "memory",
                "weights " + bytes(memory.weights()) + ", KV cache " + bytes(memory.kvCache()) + ", scratch "
                        + bytes(memory.scratch()));
    }

    private void row(String what, String value) {
        output.note(String.format(Locale.ROOT, "%-12s %s", what, value));
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%,d bytes", bytes);
    }

    private static String summary(ModelInfo info) {
        return String.format(
                Locale.ROOT,
                "%s, %s, %,d parameters, %s",
                info.architecture(),
                info.format(),
                info.parameters(),
                bytes(info.bytes()));
    }
}
