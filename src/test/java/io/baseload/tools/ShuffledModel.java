package io.baseload.tools;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.RowSource;
import io.baseload.testing.GgufBytes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * {@code shuffled-model MODEL OUT}: writes a Llama-like GGUF file anew in F32, its channels in another order. The function stays the same, but blocks of neighbouring weights
 * are not those that the file's own quantization was made for: so formats are measured as on weights that were never quantized, and gain nothing by finding the old grid.
 *
 * <p>What is shuffled: the residual stream, each feed-forward layer inside, and the elements of a head's value. Queries and keys have their order from the rotation.
 */
public final class ShuffledModel {
    private static final int ALIGNMENT = 32;
    private static final int F32 = 0;

    private final GgufFile file;
    private final int[] stream;
    private final int[] inner;
    private final int[] value;

    private ShuffledModel(GgufFile file) {
        this.file = file;
        Random random = new Random(1);
        stream = shuffled(size("embedding_length"), random);
        inner = shuffled(size("feed_forward_length"), random);
        value = shuffled(size("embedding_length") / size("attention.head_count"), random);
    }

    public static void main(String[] args) throws IOException {
        try (GgufFile file = GgufFile.open(Path.of(args[0]))) {
            new ShuffledModel(file).write(Path.of(args[1]));
        }
    }

    private int size(String key) {
        String architecture = file.metadata().string("general.architecture").orElseThrow();
        return (int) file.metadata().integer(architecture + "." + key).orElseThrow();
    }

    private static int[] shuffled(int size, Random random) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, size).boxed().toList());
        Collections.shuffle(order, random);
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private void write(Path path) throws IOException {
        byte[] metadata = file.metadataAlone();
        ByteBuffer.wrap(metadata).order(LITTLE_ENDIAN).putLong(8, file.tensors().size());
        GgufBytes header = new GgufBytes().raw(metadata);
        long offset = 0;
        for (StoredTensor tensor : file.tensors()) {
            header.tensor(tensor.name(), F32, offset, shape(tensor));
            offset += Math.ceilDiv(elements(tensor) * Float.BYTES, ALIGNMENT) * ALIGNMENT;
        }
        header.data(0).write(path);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.APPEND))) {
            for (StoredTensor tensor : file.tensors()) {
                write(tensor, out);
                out.write(new byte[(int) -(elements(tensor) * Float.BYTES) & ALIGNMENT - 1]);
            }
        }
    }

    /** The fastest dimension first, as the file has it. */
    private static long[] shape(StoredTensor tensor) {
        return tensor.shape().reversed().stream().mapToLong(Long::longValue).toArray();
    }

    private static long elements(StoredTensor tensor) {
        return tensor.shape().stream().reduce(1L, Math::multiplyExact);
    }

    private void write(StoredTensor tensor, OutputStream out) throws IOException {
        int cols = Math.toIntExact(tensor.shape().getLast());
        int rows = Math.toIntExact(elements(tensor) / cols);
        String name = tensor.name().replaceAll("blk\\.\\d+\\.|\\.weight", "");
        int[] rowOrder = rowOrder(name, rows);
        int[] colOrder = colOrder(name, cols);
        RowSource source = RowSource.of(tensor.type(), rows, cols, tensor.data());
        float[] row = new float[cols];
        for (int r = 0; r < rows; r++) {
            source.read(rowOrder[r], row, 0);
            ByteBuffer bytes = ByteBuffer.allocate(cols * Float.BYTES).order(LITTLE_ENDIAN);
            for (int column : colOrder) {
                bytes.putFloat(row[column]);
            }
            out.write(bytes.array());
        }
    }

    private int[] rowOrder(String name, int rows) {
        return switch (name) {
            case "attn_v" -> heads(rows);
            case "ffn_gate", "ffn_up" -> inner;
            case "attn_output", "ffn_down" -> stream;
            default -> IntStream.range(0, rows).toArray();
        };
    }

    private int[] colOrder(String name, int cols) {
        return switch (name) {
            case "attn_output" -> heads(cols);
            case "ffn_down" -> inner;
            default -> cols == stream.length ? stream : IntStream.range(0, cols).toArray();
        };
    }

    /** The elements of each head's value in the same order. */
    private int[] heads(int size) {
        return IntStream.range(0, size)
                .map(i -> i / value.length * value.length + value[i % value.length])
                .toArray();
    }
}
