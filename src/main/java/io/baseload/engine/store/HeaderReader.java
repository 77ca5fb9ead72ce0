package io.baseload.engine.store;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.store.ModelHeader.CopiedFile;
import io.baseload.engine.store.ModelHeader.Source;
import io.baseload.engine.store.ModelHeader.SourceTensor;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and checks {@code model.json}: every weight must be inside the file, begin where the previous one ends or be a duplicate of an earlier one, and have the size of its shape. */
final class HeaderReader {
    private static final int MAX_SIZE = 1 << 28;
    private static final int MAX_DIMENSIONS = 8;

    private final ConfigKeys keys;

    private HeaderReader(ConfigKeys keys) {
        this.keys = keys;
    }

    static ModelHeader read(Path file) {
        return new HeaderReader(ConfigKeys.read(file)).header();
    }

    /**
     * Reads a weight written by {@link HeaderWriter#json(StoredWeight)}.
     *
     * @throws ModelFileException if it is not such a weight
     */
    static StoredWeight journaled(ConfigKeys entry) {
        return weight(text(entry, HeaderWriter.NAME), entry);
    }

    private ModelHeader header() {
        if (!text(keys, "format").equals(ModelHeader.FORMAT)) {
            throw keys.refuse("format", "must be " + ModelHeader.FORMAT);
        }
        if (number(keys, "version") != ModelHeader.VERSION) {
            throw keys.refuse("version", "is not " + ModelHeader.VERSION + ": import the model again");
        }
        long bytes = number(keys, "bytes");
        return new ModelHeader(source(), quantization(), files(), weights(bytes), bytes);
    }

    private Quantization quantization() {
        return Quantization.named(text(keys, "quantization"))
                .orElseThrow(() -> keys.refuse("quantization", "must be one of " + Quantization.labels()));
    }

    private Source source() {
        ConfigKeys source = object(keys, "source");
        ConfigKeys all = object(source, "tensors");
        List<SourceTensor> tensors = new ArrayList<>();
        for (String name : all.names()) {
            ConfigKeys tensor = object(all, name);
            List<Long> shape = tensor.integers("shape");
            if (shape.size() > MAX_DIMENSIONS || shape.stream().anyMatch(size -> size < 0 || size > MAX_SIZE)) {
                throw tensor.refuse("shape", "must have up to 8 dimensions from 0 to " + MAX_SIZE);
            }
            tensors.add(new SourceTensor(name, constant(tensor, "type", ElementType.values()), shape));
        }
        return new Source(text(source, "format"), number(source, "bytes"), tensors);
    }

    private List<CopiedFile> files() {
        ConfigKeys all = object(keys, "files");
        List<CopiedFile> files = new ArrayList<>();
        for (String name : all.names()) {
            ConfigKeys file = object(all, name);
            if (!inside(name)) {
                throw file.refuse("bytes", "belongs to a file outside the folder: " + name);
            }
            files.add(new CopiedFile(name, number(file, "bytes"), text(file, "sha256")));
        }
        return files;
    }

    private static boolean inside(String name) {
        return Arrays.stream(name.split("/", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0);
    }

    private List<StoredWeight> weights(long bytes) {
        ConfigKeys all = object(keys, "weights");
        List<StoredWeight> weights = new ArrayList<>();
        Map<Long, StoredWeight> first = new HashMap<>();
        long end = 0;
        for (String name : all.names()) {
            ConfigKeys entry = object(all, name);
            StoredWeight weight = weight(name, entry);
            weights.add(weight);
            if (weight.sameAs(first.putIfAbsent(weight.offset(), weight))) {
                continue;
            }
            if (weight.offset() < end || weight.offset() % WeightsWriter.ALIGNMENT != 0) {
                throw entry.refuse("offset", "must be a multiple of 64 from " + end + " on");
            }
            if (weight.bytes() > bytes - weight.offset()) {
                throw entry.refuse("bytes", "leads beyond the " + bytes + " bytes of weights");
            }
            end = weight.offset() + weight.bytes();
        }
        return weights;
    }

    private static StoredWeight weight(String name, ConfigKeys entry) {
        List<Long> shape = entry.integers("shape");
        boolean matrix = entry.has("codes");
        if (shape.size() != (matrix ? 2 : 1) || shape.stream().anyMatch(size -> size < 1 || size > MAX_SIZE)) {
            throw entry.refuse(
                    "shape", "must be " + (matrix ? "rows and columns" : "a length") + ", up to " + MAX_SIZE);
        }
        List<Integer> sizes = shape.stream().map(Math::toIntExact).toList();
        Optional<Packing> packing = matrix ? Optional.of(packing(entry)) : Optional.empty();
        long bytes = number(entry, "bytes");
        if (bytes != bytes(entry, sizes, packing)) {
            throw entry.refuse("bytes", "doesn't fit the shape, expected " + bytes(entry, sizes, packing));
        }
        return new StoredWeight(name, sizes, packing, number(entry, "offset"), bytes, text(entry, "sha256"));
    }

    private static Packing packing(ConfigKeys entry) {
        Codes codes = constant(entry, "codes", Codes.values());
        Scales scales = constant(entry, "scales", Scales.values());
        long block = number(entry, "block");
        try {
            return new Packing(codes, (int) Math.clamp(block, -1, Packing.MAX_COLUMNS + 1L), scales);
        } catch (IllegalArgumentException e) {
            throw entry.refuse("codes", "is not a valid packing: " + e.getMessage());
        }
    }

    private static long bytes(ConfigKeys entry, List<Integer> shape, Optional<Packing> packing) {
        if (packing.isEmpty()) {
            return (long) Float.BYTES * shape.getFirst();
        }
        if (shape.getLast() % packing.get().block() != 0) {
            throw entry.refuse(
                    "shape", "must have whole blocks of " + packing.get().block() + " columns");
        }
        return PackedMatrix.bytes(packing.get(), shape.getFirst(), shape.getLast());
    }

    private static ConfigKeys object(ConfigKeys keys, String key) {
        return keys.object(key).orElseThrow(() -> missing(keys, key));
    }

    private static String text(ConfigKeys keys, String key) {
        return keys.string(key).orElseThrow(() -> missing(keys, key));
    }

    private static long number(ConfigKeys keys, String key) {
        long number = keys.integer(key).orElseThrow(() -> missing(keys, key));
        if (number < 0) {
            throw keys.refuse(key, "is " + number + "; it must be 0 or more");
        }
        return number;
    }

    private static <E extends Enum<E>> E constant(ConfigKeys keys, String key, E[] values) {
        String name = text(keys, key);
        return Arrays.stream(values)
                .filter(value -> value.name().equals(name))
                .findFirst()
                .orElseThrow(() -> keys.refuse(key, "is " + name + ", which this version doesn't know"));
    }

    private static ModelFileException missing(ConfigKeys keys, String key) {
        return keys.refuse(key, "is missing");
    }
}
