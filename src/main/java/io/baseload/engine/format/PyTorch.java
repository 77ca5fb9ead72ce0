package io.baseload.engine.format;

import io.baseload.engine.format.Pickled.Dict;
import io.baseload.engine.format.Pickled.Storage;
import io.baseload.engine.format.Pickled.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads a dictionary of tensors written by {@code torch.save} in its zip form (the default since PyTorch 1.6): {@code data.pkl} describes the tensors, as views of the
 * storages {@code data/KEY}.
 */
final class PyTorch {
    private static final String PICKLE = "data.pkl";
    private static final int MAX_PICKLE_LENGTH = 1 << 26;

    private final MappedFile file;
    private final Map<String, ZipEntries.Entry> entries;
    private final String prefix;

    private PyTorch(MappedFile file, Map<String, ZipEntries.Entry> entries, String prefix) {
        this.file = file;
        this.entries = entries;
        this.prefix = prefix;
    }

    static List<StoredTensor> read(MappedFile file) {
        if (!file.startsWith((byte) 'P', (byte) 'K')) {
            throw file.refuse(0, "not a zip file; supported are files of torch.save since PyTorch 1.6, which are");
        }
        Map<String, ZipEntries.Entry> entries = ZipEntries.read(file);
        ZipEntries.Entry pickle = entries.values().stream()
                .filter(entry -> entry.name().equals(PICKLE) || entry.name().endsWith("/" + PICKLE))
                .findFirst()
                .orElseThrow(() -> file.refuse(file.size(), "the zip file has no " + PICKLE));
        String prefix = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        PyTorch torch = new PyTorch(file, entries, prefix);
        torch.checkByteOrder();
        return torch.tensors(pickle);
    }

    private void checkByteOrder() {
        ZipEntries.Entry order = entries.get(prefix + "byteorder");
        if (order != null) {
            byte[] text = cursor(order).bytes((int) Math.min(order.bytes(), 6), "the byte order");
            if (!new String(text, StandardCharsets.US_ASCII).equals("little")) {
                throw file.refuse(order.start(), "the byte order is not little");
            }
        }
    }

    private List<StoredTensor> tensors(ZipEntries.Entry pickle) {
        if (pickle.bytes() > MAX_PICKLE_LENGTH) {
            throw file.refuse(
                    pickle.start(),
                    PICKLE + " has " + pickle.bytes() + " bytes; at most " + MAX_PICKLE_LENGTH + " are allowed");
        }
        if (!(new PickleReader(cursor(pickle)).read() instanceof Dict all)) {
            throw file.refuse(pickle.start(), PICKLE + " contains no dictionary of tensors");
        }
        List<StoredTensor> tensors = new ArrayList<>();
        all.entries().forEach((name, value) -> {
            if (!(value instanceof Tensor tensor)) {
                throw file.refuse(pickle.start(), name + " in " + PICKLE + " is " + value.kind() + ", not a tensor");
            }
            tensors.add(tensor(name, tensor));
        });
        return tensors;
    }

    private StoredTensor tensor(String name, Tensor tensor) {
        Storage storage = tensor.storage();
        ZipEntries.Entry entry = entries.get(prefix + "data/" + storage.key());
        int width = storage.type().blockBytes();
        if (entry == null || entry.bytes() % width != 0 || entry.bytes() / width != storage.count()) {
            throw file.refuse(
                    tensor.at(),
                    "tensor %s needs the entry data/%s with %d elements of %d bytes; the file has %s"
                            .formatted(
                                    name,
                                    storage.key(),
                                    storage.count(),
                                    width,
                                    entry == null ? "no such entry" : entry.bytes() + " bytes there"));
        }
        long span = span(name, tensor);
        long start = entry.start() + tensor.offset() * width;
        return new StoredTensor(
                name,
                storage.type(),
                tensor.shape(),
                tensor.strides(),
                file.bytes().asSlice(start, span * width),
                file.path(),
                start);
    }

    /** Number of the storage's elements from the tensor's first to its last. A tensor may not have more elements than its storage, so that a stride of 0 can't turn a small file into a huge tensor. */
    private long span(String name, Tensor tensor) {
        long count = tensor.storage().count();
        List<Long> shape = tensor.shape();
        long elements = ShapeCheck.elements(shape).orElse(Long.MAX_VALUE);
        boolean fits = elements <= count
                && tensor.offset() >= 0
                && tensor.offset() <= count
                && shape.size() == tensor.strides().size();
        long span = elements == 0 ? 0 : 1;
        for (int i = 0; fits && elements > 0 && i < shape.size(); i++) {
            long steps = shape.get(i) - 1;
            long stride = tensor.strides().get(i);
            fits = stride >= 0 && (steps == 0 || stride <= (count - span) / steps);
            span += steps * stride;
        }
        if (!fits || span > count - tensor.offset()) {
            throw file.refuse(
                    tensor.at(),
                    "tensor %s of shape %s and strides %s from element %d on doesn't fit its storage of %d elements"
                            .formatted(name, shape, tensor.strides(), tensor.offset(), count));
        }
        return span;
    }

    private Cursor cursor(ZipEntries.Entry entry) {
        return new Cursor(file.path(), file.bytes().asSlice(0, entry.start() + entry.bytes()), entry.start());
    }
}
