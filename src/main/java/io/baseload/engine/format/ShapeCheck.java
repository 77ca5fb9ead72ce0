package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.List;
import java.util.OptionalLong;

/** Sizes of tensors with unchecked shapes. */
final class ShapeCheck {
    private ShapeCheck() {}

    /** The product of the dimensions; empty if one is negative or the product is too large for a long. */
    static OptionalLong elements(List<Long> shape) {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 0 || Math.multiplyHigh(elements, dimension) != 0 || elements * dimension < 0) {
                return OptionalLong.empty();
            }
            elements *= dimension;
        }
        return OptionalLong.of(elements);
    }

    /** Size of such a tensor in bytes; also empty if the elements are not a whole number of blocks. */
    static OptionalLong bytes(ElementType type, List<Long> shape) {
        OptionalLong elements = elements(shape);
        if (elements.isEmpty()
                || elements.getAsLong() % type.blockSize() != 0
                || elements.getAsLong() / type.blockSize() > Long.MAX_VALUE / type.blockBytes()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(type.bytes(elements.getAsLong()));
    }
}
