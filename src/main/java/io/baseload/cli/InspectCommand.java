package io.baseload.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.store.StoredFolder;
import io.baseload.service.planner.PlanRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the contents of a model or of a file of tensors, and the memory that the model would need. */
@Command(
        name = "inspect",
        description =
                "Shows the contents of a model and the memory that it would use; for other .gguf, .safetensors, .bin"
                        + " and .index.json files it lists the tensors.")
final class InspectCommand implements Callable<Integer> {
    @Mixin
    private ModelArgument model = new ModelArgument();

    @Mixin
    private KvOption kv = new KvOption();

    @Mixin
    private Output output = new Output();

    @Option(names = "--verify", description = "Read an imported model's weights and compare their checksums.")
    private boolean verify;

    @Option(
            names = "--shards",
            paramLabel = "N",
            description =
                    "Also show the model's division into N shards, 1 to 64: bytes of each, all-reduces, replicated"
                            + " parts.")
    private @Nullable Integer shards;

    /** The output of {@code --json} for a model; for other files it is a {@link TensorList}. Shards only if requested. */
    record Report(
            String file,
            ModelInfo model,
            MemoryEstimate memory,
            KernelTiers kernels,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            ShardOutline shards) {}

    @Override
    public Integer call() {
        if (shards != null) {
            PlanRequest.requireShards(shards);
        }
        Path path = model.path();
        if (verify) {
            verify(path);
        }
        if (holdsModel(path)) {
            model();
        } else {
            tensors(path);
        }
        return 0;
    }

    private void verify(Path path) {
        if (!StoredFolder.is(path)) {
            throw new BadInputException(path + " has no checksums: it is not an imported model");
        }
        StoredFolder.open(path).verify(new Percent(output));
        output.note("all checksums are right");
    }

    /** Whether it is a folder, or a GGUF file that describes a model. */
    private static boolean holdsModel(Path path) {
        if (Files.isDirectory(path)) {
            return true;
        }
        if (!path.toString().endsWith(".gguf")) {
            return false;
        }
        try (GgufFile file = GgufFile.open(path)) {
            Optional<String> family = file.metadata().string("general.architecture");
            return family.isPresent() && file.metadata().has(family.get() + ".block_count");
        }
    }

    private void tensors(Path path) {
        try (ModelCheckpoint checkpoint = ModelCheckpoint.open(path)) {
            TensorList list = TensorList.of(checkpoint);
            list.tensors().forEach(tensor -> output.note(tensor.line()));
            output.result(list, list.summary());
        }
    }

    private void model() {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            ModelInfo info = engine.inspect(model.path());
            LoadOptions options = LoadOptions.named(model.name()).withKvPrecision(kv.precision());
            MemoryEstimate memory = engine.estimate(model.path(), options);
            KernelTiers kernels = engine.kernels(model.path(), options);
            describe(info, memory);
            row("prompts by", kernels.prefill());
            row("answers by", kernels.decode());
            ShardOutline cut = shards == null ? null : engine.shards(model.path(), options, shards);
            if (cut != null) {
                cut.fewer().ifPresent(why -> row("fewer", why));
                ShardLines.of(cut).forEach(output::note);
            }
            output.result(new Report(model.path().toString(), info, memory, kernels, cut), summary(info));
        }
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
                        + bytes(memory.scratch()) + ", activations " + bytes(memory.activations()) + " of heap");
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
