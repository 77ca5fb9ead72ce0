package io.baseload.tools;

import io.baseload.engine.tensor.ElementType;
import io.baseload.testing.TestModels;
import io.baseload.tools.RandomShape.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a model of random weights in a real model's shape, to be timed: {@code bin/random-model SHAPE TYPE OUT [--layers N]}. OUT is a GGUF file with the bundled
 * model's vocabulary, or for Yuan's shapes a folder with {@code config.json} and {@code model.safetensors}. Weights are such that activations neither die nor
 * explode. Nothing is in memory but a pool of blocks of each format, so that the model may be larger than the machine.
 */
public final class RandomModel {
    private static final int SEED = 1;
    private static final int ALIGNMENT = 32;

    private final RandomShape shape;
    private final ElementType type;
    private final SplittableRandom random = new SplittableRandom(SEED);

    private record Pool(ElementType type, long inputs) {}

    private final Map<Pool, RandomBlocks> pools = new HashMap<>();

    private RandomModel(RandomShape shape, ElementType type) {
        this.shape = shape;
        this.type = type;
    }

    /** Runs the program. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3 && !(args.length == 5 && args[3].equals("--layers"))) {
            System.err.println("usage: bin/random-model SHAPE TYPE OUT [--layers N]");
            System.exit(2);
        }
        RandomShape shape = RandomShape.of(args[0]);
        if (args.length == 5) {
            shape = shape.withLayers(Integer.parseInt(args[4]));
        }
        write(shape, ElementType.valueOf(args[1]), Path.of(args[2]));
    }

    /** @param out a file for GGUF shapes, a folder for Yuan's */
    static void write(RandomShape shape, ElementType type, Path out) throws IOException {
        if (shape.gguf()) {
            GgufVocabularyKeys vocabulary = GgufVocabularyKeys.of(TestModels.smolLm2());
            new RandomModel(shape.withVocabulary(vocabulary.tokens()), type).gguf(vocabulary, out);
        } else {
            new RandomModel(shape, type).yuan(out);
        }
    }

    private void gguf(GgufVocabularyKeys vocabulary, Path out) throws IOException {
        List<Tensor> tensors = shape.tensors();
        var header = new GgufModelHeader(shape, vocabulary);
        long at = 0;
        for (Tensor tensor : tensors) {
            header.tensor(tensor, type(tensor), at);
            at += Math.ceilDiv(type(tensor).bytes(tensor.elements()), ALIGNMENT) * ALIGNMENT;
        }
        try (FileChannel file = create(out)) {
            file.write(ByteBuffer.wrap(header.bytes()));
            for (Tensor tensor : tensors) {
                write(tensor, file);
                file.write(ByteBuffer.allocate((int) (-file.position() & ALIGNMENT - 1)));
            }
        }
    }

    private void yuan(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), shape.yuanConfig(dtype(type)));
        Map<String, Object> header = new LinkedHashMap<>();
        long at = 0;
        for (Tensor tensor : shape.tensors()) {
            long end = at + type(tensor).bytes(tensor.elements());
            header.put(
                    tensor.name(),
                    Map.of(
                            "dtype", type(tensor).name(),
                            "shape", tensor.shape(),
                            "data_offsets", new long[] {at, end}));
            at = end;
        }
        byte[] json = JsonMapper.shared().writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
        ByteBuffer head = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
        head.putLong(json.length).put(json).flip();
        try (FileChannel file = create(folder.resolve("model.safetensors"))) {
            file.write(head);
            for (Tensor tensor : shape.tensors()) {
                write(tensor, file);
            }
        }
    }

    private static String dtype(ElementType type) {
        return switch (type) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException("a Yuan model is stored as F32, F16 or BF16, not " + type);
        };
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private ElementType type(Tensor tensor) {
        return switch (tensor.kind()) {
            case MATRIX -> type;
            case EMBEDDING -> ElementType.Q8_0;
            case FLOATS, BIAS, NORM -> ElementType.F32;
        };
    }

    private void write(Tensor tensor, FileChannel file) throws IOException {
        switch (tensor.kind()) {
            case MATRIX, EMBEDDING, FLOATS -> writeRandom(tensor, file);
            case BIAS -> writeSame(0, tensor.elements(), file);
            case NORM -> writeSame(1, tensor.elements(), file);
        }
    }

    private void writeRandom(Tensor tensor, FileChannel file) throws IOException {
        ElementType stored = type(tensor);
        RandomBlocks pool = pools.computeIfAbsent(
                new Pool(stored, tensor.inputs()),
                key -> RandomBlocks.of(stored, 1 / Math.sqrt((double) tensor.inputs()), random));
        long left = tensor.elements() / stored.blockSize();
        while (left > 0) {
            left -= file.write(pool.some(left, random)) / stored.blockBytes();
        }
    }

    private static void writeSame(float value, long count, FileChannel file) throws IOException {
        ByteBuffer numbers = ByteBuffer.allocate((int) count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (numbers.hasRemaining()) {
            numbers.putFloat(value);
        }
        file.write(numbers.flip());
    }
}
