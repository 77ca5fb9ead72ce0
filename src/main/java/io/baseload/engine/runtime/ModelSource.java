package io.baseload.engine.runtime;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.ModelTask;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.architecture.ModelDefinition;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.format.VocabularyFiles;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.store.FileReadAhead;
import io.baseload.engine.store.StoredFolder;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.weights.CheckpointWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.MatrixList;
import io.baseload.engine.weights.PassingWeights;
import io.baseload.engine.weights.PlannedWeights;
import io.baseload.engine.weights.ReportedWeights;
import io.baseload.engine.weights.StepMatrices;
import io.baseload.engine.weights.StoredWeights;
import io.baseload.engine.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * A model's files, read and checked. Mapped until it is closed.
 *
 * @param store the folder of its weights, if it was imported
 * @param packings the packings for its weights, if they aren't packed yet
 */
record ModelSource(
        ModelFolder folder,
        Optional<StoredFolder> store,
        ModelDefinition definition,
        ImportPackings packings,
        ModelDefinition.Plan plan,
        Vocabulary vocabulary)
        implements AutoCloseable {

    /** @throws io.baseload.engine.api.ModelFileException if a file is broken or contains something that this version doesn't support */
    static ModelSource open(Path path) {
        return open(path, ImportPackings.KEEP);
    }

    /**
     * The same with a conversion of weights while they are packed.
     *
     * @throws UnfitOptionsException if they are already packed and {@code packings} requires a conversion
     */
    static ModelSource open(Path path, ImportPackings packings) {
        Optional<StoredFolder> store = StoredFolder.is(path) ? Optional.of(StoredFolder.open(path)) : Optional.empty();
        if (store.isPresent() && packings.quantization() != Quantization.KEEP) {
            throw new UnfitOptionsException("quantization must be keep for a model that was imported, not "
                    + packings.quantization().label());
        }
        ModelFolder folder = store.map(StoredFolder::source).orElseGet(() -> ModelFolder.open(path));
        try {
            ModelDefinition definition = Architectures.of(folder);
            ModelDefinition.Plan plan =
                    store.map(stored -> plan(stored, definition.config())).orElseGet(() -> definition.plan(packings));
            return new ModelSource(folder, store, definition, packings, plan, vocabulary(folder));
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static ModelDefinition.Plan plan(StoredFolder store, ModelConfig config) {
        try (NativeMemory memory = new NativeMemory()) {
            DecoderWeights weights = DecoderWeights.load(config, new StoredWeights(store.map(memory)));
            return new ModelDefinition.Plan(store.weightBytes(), weights.widest());
        }
    }

    private static Vocabulary vocabulary(ModelFolder folder) {
        return switch (folder.keys()) {
            case Metadata metadata -> GgufVocabulary.read(metadata);
            case ConfigKeys config -> VocabularyFiles.read(folder.path());
        };
    }

    boolean isEncoder() {
        return config().encoder().isPresent();
    }

    /**
     * Checks the model's task.
     *
     * @throws io.baseload.engine.api.ModelFileException if it has another task
     */
    void require(boolean encoder) {
        if (encoder != isEncoder()) {
            throw folder.weights()
                    .refuse(encoder ? "is a generating model, not an encoder" : "is an encoder and can't generate");
        }
    }

    ModelConfig config() {
        return definition.config();
    }

    /**
     * Packs the weights into native memory, or maps them if they are already packed. The model doesn't need this source afterwards.
     *
     * @param progress of packing, or of reading what is mapped
     */
    void load(NativeMemory memory, ByteProgress progress, Consumer<Weights> reader) {
        if (store.isPresent()) {
            store.get().readAhead(progress);
            reader.accept(new StoredWeights(store.get().map(memory)));
        } else {
            read(new CheckpointWeights(definition.weights(), packings, memory), progress, reader);
        }
    }

    /** All matrices that the model requests, without data. */
    List<MatrixList.Named> matrices() {
        try (NativeMemory memory = new NativeMemory()) {
            var list = new MatrixList(shapes(memory));
            DecoderWeights.load(config(), list);
            return list.matrices();
        }
    }

    /** Weights for their shapes: mapped if they are already packed, otherwise without data. */
    Weights shapes(NativeMemory memory) {
        return store.<Weights>map(stored -> new StoredWeights(stored.map(memory)))
                .orElseGet(() -> new PlannedWeights(definition.weights(), packings));
    }

    /** Reads all weights to be copied; each is valid until the next is requested. */
    void pass(ByteProgress progress, Consumer<Weights> reader) {
        if (store.isPresent()) {
            try (NativeMemory memory = new NativeMemory()) {
                read(new StoredWeights(store.get().map(memory)), progress, reader);
            }
            return;
        }
        try (var passing = new PassingWeights(definition.weights(), packings)) {
            read(passing, progress, reader);
        }
    }

    /** The disk reads what follows while weights are packed or copied. */
    private void read(Weights weights, ByteProgress progress, Consumer<Weights> reader) {
        try (FileReadAhead ahead = FileReadAhead.start(files())) {
            long total = matrixBytes().sum();
            var reported = new ReportedWeights(weights, total, (done, all) -> {
                ahead.used(done, all);
                return progress.at(done, all);
            });
            reader.accept(reported);
            reported.report();
        }
    }

    /** What has to be read of its files, in the order in which weights are requested. */
    private List<FileReadAhead.Part> files() {
        return store.map(StoredFolder::files)
                .orElseGet(() -> definition.weights().used().stream()
                        .map(tensor -> new FileReadAhead.Part(
                                tensor.file(), tensor.offset(), tensor.data().byteSize()))
                        .toList());
    }

    /** Memory of {@link #pass} at a time: the largest matrix, unless all are mapped. */
    long passingBytes() {
        return store.isPresent() ? 0 : matrixBytes().max().orElse(0);
    }

    /** The size of each matrix. */
    private LongStream matrixBytes() {
        return matrices().stream()
                .map(MatrixList.Named::matrix)
                .mapToLong(matrix -> PackedMatrix.bytes(matrix.packing(), matrix.rows(), matrix.cols()));
    }

    ModelInfo info() {
        ModelConfig config = config();
        return new ModelInfo(
                config.architecture(),
                folder.weights().format(),
                task(config),
                config.name(),
                folder.weights().bytes(),
                parameters(),
                config.contextLength(),
                config.vocabulary(),
                config.layers().size(),
                config.hidden(),
                config.attention().heads(),
                config.attention().kvHeads(),
                tensorBytes());
    }

    private static ModelTask task(ModelConfig config) {
        return config.encoder()
                .map(encoder -> switch (encoder.output()) {
                    case EncoderOutput.Embedding embedding -> ModelTask.EMBED;
                    case EncoderOutput.Relevance relevance -> ModelTask.RANK;
                })
                .orElse(ModelTask.GENERATE);
    }

    private long parameters() {
        return store.map(StoredFolder::parameters)
                .orElseGet(() -> folder.weights().tensors().stream()
                        .mapToLong(StoredTensor::elements)
                        .sum());
    }

    private SortedMap<String, Long> tensorBytes() {
        if (store.isPresent()) {
            return store.get().bytesByPacking();
        }
        SortedMap<String, Long> bytes = new TreeMap<>();
        folder.weights().tensors().forEach(tensor -> bytes.merge(tensor.type().name(), tensor.bytes(), Long::sum));
        return bytes;
    }

    /** The kernels for this model. */
    Kernels kernels(Precision precision) {
        return isEncoder() ? Kernels.encoder(precision, multiplied()) : Kernels.best(precision);
    }

    /** The packings of the matrices by which a step multiplies. */
    private Set<Packing> multiplied() {
        try (NativeMemory memory = new NativeMemory()) {
            var noted = new StepMatrices(config(), shapes(memory));
            DecoderWeights.load(config(), noted);
            return noted.packings();
        }
    }

    MemoryEstimate estimate(ModelSize size, int workers) {
        Kernels kernels = kernels(size.options().precision());
        Set<Packing> multiplied = multiplied();
        long scratch = size.scratchBytes(config(), kernels, multiplied, plan.widest(), workers);
        long activations = size.heapBytes(config(), kernels, multiplied, plan.widest(), workers, 1)
                + size.choiceBytes(config(), workers);
        return new MemoryEstimate(plan.weightBytes(), size.kvBytes(config()), scratch, activations);
    }

    @Override
    public void close() {
        folder.close();
    }
}
