package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.Pickled.Dict;
import io.baseload.engine.format.Pickled.Global;
import io.baseload.engine.format.Pickled.Int;
import io.baseload.engine.format.Pickled.Storage;
import io.baseload.engine.format.Pickled.Tensor;
import io.baseload.engine.format.Pickled.Text;
import io.baseload.engine.format.Pickled.Tuple;
import io.baseload.engine.tensor.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Python names that a pickle of tensors may contain, and their results. Any other name is refused. */
final class TorchNames {
    private static final String ORDERED_DICT = "collections.OrderedDict";
    private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
    private static final String PARAMETER = "torch._utils._rebuild_parameter";

    /** A limit before anything is copied: a pickle can pass the same long tuple to many calls. */
    private static final int MAX_DIMENSIONS = 8;

    private static final Map<String, ElementType> STORAGES = Map.of(
            "torch.DoubleStorage", ElementType.F64,
            "torch.FloatStorage", ElementType.F32,
            "torch.HalfStorage", ElementType.F16,
            "torch.BFloat16Storage", ElementType.BF16,
            "torch.LongStorage", ElementType.I64,
            "torch.IntStorage", ElementType.I32,
            "torch.ShortStorage", ElementType.I16,
            "torch.CharStorage", ElementType.I8,
            "torch.ByteStorage", ElementType.U8,
            "torch.BoolStorage", ElementType.BOOL);

    private final Cursor in;

    TorchNames(Cursor in) {
        this.in = in;
    }

    Global global(String name, long at) {
        if (!name.equals(ORDERED_DICT)
                && !name.equals(TENSOR)
                && !name.equals(PARAMETER)
                && !STORAGES.containsKey(name)) {
            throw in.refuse(
                    at,
                    "the pickle names " + name
                            + ", which creates no tensor; nothing else is created from a checkpoint");
        }
        return new Global(name);
    }

    /** The storage of a persistent id: (storage, type, key, device, count). */
    Storage storage(Pickled id, long at) {
        if (id instanceof Tuple(List<Pickled> parts)
                && parts.size() == 5
                && parts.getFirst() instanceof Text(String kind)
                && kind.equals("storage")
                && parts.get(1) instanceof Global(String type)
                && STORAGES.containsKey(type)
                && parts.get(2) instanceof Text(String key)
                && parts.get(4) instanceof Int(long count)) {
            return new Storage(STORAGES.get(type), key, count);
        }
        throw in.refuse(at, "a persistent id that is not a storage");
    }

    Pickled call(Pickled function, Pickled arguments, long at) {
        if (!(function instanceof Global(String name)) || !(arguments instanceof Tuple(List<Pickled> given))) {
            throw in.refuse(at, function.kind() + " is called with " + arguments.kind());
        }
        return switch (name) {
            case ORDERED_DICT -> dict(given, at);
            case TENSOR -> tensor(given, at);
            case PARAMETER -> parameter(given, at);
            default -> throw in.refuse(at, name + " is called");
        };
    }

    private Dict dict(List<Pickled> given, long at) {
        if (!given.isEmpty()) {
            throw in.refuse(at, "an OrderedDict is created from arguments; only an empty one is supported");
        }
        return new Dict(new LinkedHashMap<>());
    }

    /** (storage, offset, size, stride, requires_grad, backward_hooks). */
    private Tensor tensor(List<Pickled> given, long at) {
        if (given.size() != 6
                || !(given.getFirst() instanceof Storage storage)
                || !(given.get(1) instanceof Int(long offset))) {
            throw wrongArguments(TENSOR, at);
        }
        List<Long> shape = integers(given.get(2)).orElseThrow(() -> wrongArguments(TENSOR, at));
        List<Long> strides = integers(given.get(3)).orElseThrow(() -> wrongArguments(TENSOR, at));
        return new Tensor(storage, offset, shape, strides, at);
    }

    /** (tensor, requires_grad, backward_hooks). */
    private Tensor parameter(List<Pickled> given, long at) {
        if (given.size() != 3 || !(given.getFirst() instanceof Tensor tensor)) {
            throw wrongArguments(PARAMETER, at);
        }
        return tensor;
    }

    private static Optional<List<Long>> integers(Pickled value) {
        if (value instanceof Tuple(List<Pickled> elements)
                && elements.size() <= MAX_DIMENSIONS
                && elements.stream().allMatch(Int.class::isInstance)) {
            return Optional.of(
                    elements.stream().map(element -> ((Int) element).value()).toList());
        }
        return Optional.empty();
    }

    private ModelFileException wrongArguments(String name, long at) {
        return in.refuse(at, name + " is called with arguments other than those of a tensor");
    }
}
