package io.baseload.conformance;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.Blocks;
import io.baseload.engine.tensor.ElementType;
import io.baseload.testing.ReferenceTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Tensor types of GGUF: a JSON table of types, each with {@code TYPE.gguf} and the values that its tensors stand for in {@code TYPE.safetensors}. */
final class GgufTypeLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) {
        var suites = new ArrayList<Suite>();
        for (JsonNode table : folder.json().values()) {
            for (var type : table.properties()) {
                Optional<Path> gguf = folder.file(type.getKey() + ".gguf");
                Optional<Path> values = folder.file(type.getKey() + ".safetensors");
                if (ConformanceJson.has(type.getValue(), "id", "block", "bytes")
                        && gguf.isPresent()
                        && values.isPresent()) {
                    suites.add(new Suite(folder.label(gguf.get()), tally -> check(tally, gguf.get(), values.get())));
                }
            }
        }
        return suites;
    }

    private static void check(Tally tally, Path gguf, Path values) throws IOException {
        ReferenceTensors expected = ReferenceTensors.read(values);
        List<String> names =
                Stream.of("gauss", "random", "edge").filter(expected::has).toList();
        try (GgufFile file = GgufFile.open(gguf)) {
            for (String name : names) {
                StoredTensor tensor = file.tensor(name).orElseThrow();
                tally.count(name, compare(read(tensor), expected.floats(name)));
            }
        } catch (ModelFileException e) {
            names.forEach(name -> tally.fail(e.getMessage()));
        }
    }

    private static float[] read(StoredTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.elements())];
        ElementType type = ElementType.valueOf(tensor.type().name());
        Blocks.dequantize(type, tensor.data(), 0, values.length, values, 0);
        return values;
    }

    /** Bit for bit, but for the sign of zero and the payload of NaN. */
    private static Optional<String> compare(float[] given, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (given[i] != expected[i] && !(Float.isNaN(given[i]) && Float.isNaN(expected[i]))) {
                return Optional.of("element " + i + " is " + given[i] + ", not " + expected[i]);
            }
        }
        return Optional.empty();
    }
}
