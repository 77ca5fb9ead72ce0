package io.baseload.engine.store;

import io.baseload.engine.tensor.Packing;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A weight in {@code weights.bin}.
 *
 * @param name this project's name, the same for all families and formats
 * @param shape rows and columns of a matrix, or the length of a vector
 * @param packing packing of a matrix; a vector is F32
 * @param offset start in the file, a multiple of 64
 * @param sha256 hash of its bytes, in hexadecimal
 */
record StoredWeight(
        String name, List<Integer> shape, Optional<Packing> packing, long offset, long bytes, String sha256) {

    /** Whether another weight has the same content under another name, so that both can share a place. */
    boolean sameAs(@Nullable StoredWeight other) {
        return other != null
                && shape.equals(other.shape)
                && packing.equals(other.packing)
                && offset == other.offset
                && sha256.equals(other.sha256);
    }

    long elements() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    }

    /** The format of its numbers. */
    String label() {
        return packing.map(Packing::label).orElse("F32");
    }
}
