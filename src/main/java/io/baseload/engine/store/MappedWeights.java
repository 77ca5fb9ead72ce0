package io.baseload.engine.store;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** The mapped weights of a stored model. */
public final class MappedWeights {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    private final Map<String, StoredWeight> weights = new LinkedHashMap<>();

    MappedWeights(Path file, List<StoredWeight> weights, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
        weights.forEach(weight -> this.weights.put(weight.name(), weight));
    }

    /**
     * A view of the mapped file.
     *
     * @throws ModelFileException if there is no such matrix
     */
    public PackedMatrix matrix(String name, int rows, int cols) {
        StoredWeight weight = weight(name, List.of(rows, cols));
        return new PackedMatrix(weight.packing().orElseThrow(), rows, cols, data(weight));
    }

    /**
     * A copy.
     *
     * @throws ModelFileException if there is no such vector
     */
    public float[] vector(String name, int length) {
        return data(weight(name, List.of(length))).toArray(FLOAT);
    }

    private StoredWeight weight(String name, List<Integer> shape) {
        StoredWeight weight = weights.get(name);
        if (weight == null) {
            throw new ModelFileException(file, -1, "has no " + name + ": import the model again");
        }
        if (!weight.shape().equals(shape)) {
            throw new ModelFileException(
                    file, weight.offset(), name + " has the shape " + weight.shape() + ", expected " + shape);
        }
        return weight;
    }

    private MemorySegment data(StoredWeight weight) {
        return bytes.asSlice(weight.offset(), weight.bytes());
    }

    void verify(ByteProgress progress) {
        for (StoredWeight weight : weights.values()) {
            if (!Sha256.of(data(weight)).equals(weight.sha256())) {
                throw new ModelFileException(
                        file, weight.offset(), weight.name() + " was changed: its checksum differs");
            }
            if (!progress.at(weight.offset() + weight.bytes(), bytes.byteSize())) {
                throw new CancellationException("cancelled at " + weight.name());
            }
        }
    }
}
