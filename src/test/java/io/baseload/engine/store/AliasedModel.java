package io.baseload.engine.store;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.store.ModelHeader.CopiedFile;
import io.baseload.engine.store.ModelHeader.Source;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.weights.AssumedWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.Weights;
import io.baseload.service.planner.NamedShapes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Writes a stored model of a real one's shape that takes a few GB, to be timed where the real one has no room: {@code bin/aliased-model SHAPE KIND FOLDER [LAYERS [EXPERTS]]}. Layer i has the weights of
 * layer i mod LAYERS, expert e those of expert e mod EXPERTS, so that a step reads as many bytes as with the real model. LAYERS must be so many that these are far more than the caches hold: then
 * nothing of a layer is in them when it comes again. Weights are random numbers with a variance of 1 / inputs, of which each matrix repeats some hundred rows in a random order.
 */
public final class AliasedModel implements Weights {
    private static final int SEED = 1;
    private static final int POOL_PANELS = 24;
    private static final Pattern INDEX = Pattern.compile("(layers|experts)\\.(\\d+)\\.");

    private final AssumedWeights shapes;
    private final FileChannel out;
    private final int layers;
    private final int experts;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<String, StoredWeight> written = new HashMap<>();
    private final Map<String, PackedMatrix> pools = new HashMap<>();
    private final NativeMemory memory;
    private final List<StoredWeight> weights = new ArrayList<>();
    private long position;

    private AliasedModel(Quantization kind, FileChannel out, int layers, int experts, NativeMemory memory) {
        this.shapes = new AssumedWeights(new ImportPackings(kind));
        this.out = out;
        this.layers = layers;
        this.experts = experts;
        this.memory = memory;
    }

    /** Runs the program. */
    public static void main(String[] args) throws IOException {
        if (args.length < 3 || args.length > 5) {
            System.err.println("usage: bin/aliased-model SHAPE KIND FOLDER [LAYERS [EXPERTS]]");
            System.exit(2);
        }
        write(
                NamedShapes.config(args[0]),
                Quantization.named(args[1]).orElseThrow(),
                Path.of(args[2]),
                args.length > 3 ? Integer.parseInt(args[3]) : 2,
                args.length > 4 ? Integer.parseInt(args[4]) : Integer.MAX_VALUE);
    }

    /**
     * Writes a folder that commands take as a model.
     *
     * @param json the shape's {@code config.json}
     * @param layers of how many the weights are written
     * @param experts of each layer that are written
     */
    public static void write(String json, Quantization kind, Path folder, int layers, int experts) throws IOException {
        Files.createDirectories(folder);
        byte[] keys = json.getBytes(StandardCharsets.UTF_8);
        Files.write(folder.resolve("config.json"), keys);
        ModelConfig config = Architectures.config(ConfigKeys.of(json));
        try (FileChannel out = FileChannel.open(
                        folder.resolve(StoredFolder.WEIGHTS), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                NativeMemory memory = new NativeMemory()) {
            var model = new AliasedModel(kind, out, layers, experts, memory);
            DecoderWeights.load(config, model);
            var header = new ModelHeader(
                    new Source("safetensors", model.position, List.of()),
                    kind,
                    List.of(new CopiedFile("config.json", keys.length, Sha256.of(keys))),
                    model.weights,
                    model.position);
            Files.write(folder.resolve(StoredFolder.HEADER), HeaderWriter.json(header));
        }
    }

    /** The name of the weight whose bytes these are. */
    private String alias(String name) {
        return INDEX.matcher(name).replaceAll(index -> index.group(1) + "." + alias(index) + ".");
    }

    private int alias(MatchResult index) {
        return Integer.parseInt(index.group(2)) % (index.group(1).equals("layers") ? layers : experts);
    }

    /** A weight of another shape, of a dense layer beside layers of experts for example, is another one. */
    private static String key(String name, List<Integer> shape) {
        return name + " " + shape;
    }

    @Override
    public PackedMatrix matrix(String name, int rows, int cols) {
        PackedMatrix planned = shapes.matrix(name, rows, cols);
        List<Integer> shape = List.of(rows, cols);
        add(name, shape, Optional.of(planned.packing()), () -> panels(planned));
        return planned;
    }

    /** Norms are ones, biases zeros. */
    @Override
    public float[] vector(String name, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat(name.contains("norm") ? 1 : 0);
        }
        add(name, List.of(length), Optional.empty(), () -> write(bytes.flip()));
        return new float[length];
    }

    /** Writes something and says its checksum. */
    private interface Content {
        String write() throws IOException;
    }

    private void add(String name, List<Integer> shape, Optional<Packing> packing, Content content) {
        StoredWeight first = written.computeIfAbsent(key(alias(name), shape), key -> {
            try {
                position += -position & WeightsWriter.ALIGNMENT - 1;
                out.position(position);
                long offset = position;
                String sha256 = content.write();
                return new StoredWeight(name, shape, packing, offset, position - offset, sha256);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        weights.add(new StoredWeight(name, shape, packing, first.offset(), first.bytes(), first.sha256()));
    }

    private String write(ByteBuffer bytes) throws IOException {
        MessageDigest digest = Sha256.start();
        digest.update(bytes.duplicate());
        writeFully(bytes);
        return Sha256.hex(digest);
    }

    private String panels(PackedMatrix planned) throws IOException {
        PackedMatrix pool = pools.computeIfAbsent(
                planned.packing() + " " + planned.cols(), key -> pool(planned.packing(), planned.cols()));
        MessageDigest digest = Sha256.start();
        for (int panel = 0; panel < planned.panels(); panel++) {
            long at = random.nextInt(POOL_PANELS) * pool.panelBytes();
            ByteBuffer bytes = pool.data().asSlice(at, pool.panelBytes()).asByteBuffer();
            digest.update(bytes.duplicate());
            writeFully(bytes);
        }
        return Sha256.hex(digest);
    }

    private PackedMatrix pool(Packing packing, int cols) {
        float deviation = (float) (1 / Math.sqrt(cols));
        long seed = random.nextLong();
        RowSource rows = RowSource.floats(ElementType.F32, POOL_PANELS * PackedMatrix.LANES, cols, (row, values) -> {
            var own = new SplittableRandom(seed + row);
            for (int i = 0; i < values.length; i++) {
                values[i] = deviation * (float) own.nextGaussian();
            }
        });
        return Panels.pack(memory, rows, packing);
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        position += bytes.remaining();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
