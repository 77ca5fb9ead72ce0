package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.List;
import java.util.Map;

/** The values of a pickle. They must not be compared, because an object may contain itself. */
sealed interface Pickled {
    record Text(String value) implements Pickled {}

    record Int(long value) implements Pickled {}

    /** A number with a point, true, false or none: read and ignored. */
    record Other(String value) implements Pickled {}

    record Tuple(List<Pickled> elements) implements Pickled {}

    /** A list, whose elements are ignored. */
    record Sequence() implements Pickled {}

    record Dict(Map<String, Pickled> entries) implements Pickled {}

    /** A Python name: a function or a type. */
    record Global(String name) implements Pickled {}

    /** The elements of one or several tensors. */
    record Storage(ElementType type, String key, long count) implements Pickled {}

    /**
     * A view of a storage.
     *
     * @param offset in elements
     * @param at offset in the file of the call that creates it
     */
    record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides, long at) implements Pickled {}

    default String kind() {
        return switch (this) {
            case Text t -> "text";
            case Int i -> "an integer";
            case Other o -> o.value();
            case Tuple t -> "a tuple";
            case Sequence l -> "a list";
            case Dict d -> "a dictionary";
            case Global g -> "the name " + g.name();
            case Storage s -> "a storage";
            case Tensor t -> "a tensor";
        };
    }
}
