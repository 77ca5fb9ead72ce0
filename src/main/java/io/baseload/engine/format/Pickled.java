package io.baseload.engine.format;

import io.baseload.engine.tensor.ElementType;
import java.util.List;
import java.util.Map;

/** What a pickle may consist of. Values are compared by nobody: an object may contain itself. */
sealed interface Pickled {
    record Text(String value) implements Pickled {}

    record Int(long value) implements Pickled {}

    /** A number with a point, true, false or none: they are read over. */
    record Other(String value) implements Pickled {}

    record Tuple(List<Pickled> elements) implements Pickled {}

    /** A list, whose elements nobody needs. */
    record Sequence() implements Pickled {}

    record Dict(Map<String, Pickled> entries) implements Pickled {}

    /** A name of Python's that may be called, or name a type. */
    record Global(String name) implements Pickled {}

    /** The elements of one or several tensors. */
    record Storage(ElementType type, String key, long count) implements Pickled {}

    /**
     * A view of a storage.
     *
     * @param offset in elements
     * @param at where in the file it is made
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
