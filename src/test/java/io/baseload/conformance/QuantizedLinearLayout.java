package io.baseload.conformance;

import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.Panels;
import io.baseload.engine.quant.RowSource;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Single layers of GPTQ, AWQ and FP8 ({@code NAME-linear.safetensors} with their values as {@code dequantized}), and the values of all FP8 codes. */
final class QuantizedLinearLayout implements FolderLayout {
    private static final int TILE = 128;

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (Path file : folder.endingIn("-linear.safetensors")) {
            suites.add(new Suite(folder.label(file), tally -> layer(tally, file)));
        }
        for (Path file : folder.endingIn("-codes.safetensors")) {
            suites.add(new Suite(folder.label(file), tally -> codes(tally, file)));
        }
        return suites;
    }

    private static void layer(Tally tally, Path file) {
        try (ModelCheckpoint tensors = ModelCheckpoint.open(file)) {
            float[] expected = floats(tensors, "dequantized");
            RowSource rows = rows(tensors);
            tally.count("rows", Bnb4Check.difference("dequantized", values(rows), expected));
            tally.count("panels", Bnb4Check.difference("dequantized", unpacked(rows), expected));
        }
    }

    private static RowSource rows(ModelCheckpoint tensors) {
        if (tensors.tensor("qweight").isEmpty()) {
            Optional<StoredTensor> tiles = tensors.tensor("weight_scale_inv");
            RowSource weight = matrix(tensors, "weight");
            return tiles.isPresent()
                    ? RowSource.scaled(weight, TILE, TILE, tiles.get().matrix())
                    : RowSource.scaled(weight, weight.rows(), weight.cols(), matrix(tensors, "weight_scale"));
        }
        RowSource qweight = matrix(tensors, "qweight");
        RowSource qzeros = matrix(tensors, "qzeros");
        RowSource scales = matrix(tensors, "scales");
        if (qweight.cols() != scales.cols()) {
            return RowSource.awq(qweight, qzeros, scales);
        }
        float[] groups = floats(tensors, "g_idx");
        int[] indices =
                IntStream.range(0, groups.length).map(i -> (int) groups[i]).toArray();
        return RowSource.gptq(qweight, qzeros, scales, indices, 1);
    }

    private static void codes(Tally tally, Path file) {
        try (ModelCheckpoint tensors = ModelCheckpoint.open(file)) {
            StoredTensor codes = tensors.tensor("codes").orElseThrow();
            for (ElementType type : List.of(ElementType.F8_E4M3, ElementType.F8_E5M2)) {
                RowSource row = RowSource.of(type, 1, (int) codes.elements(), codes.data());
                String name = type == ElementType.F8_E4M3 ? "values" : "values_e5m2";
                float[] given = values(row);
                float[] expected = floats(tensors, name);
                boolean same =
                        IntStream.range(0, given.length).allMatch(i -> Float.compare(given[i], expected[i]) == 0);
                tally.count(name, same ? Optional.empty() : Optional.of("a value differs"));
            }
        }
    }

    private static RowSource matrix(ModelCheckpoint tensors, String name) {
        return tensors.tensor(name).orElseThrow().matrix();
    }

    private static float[] floats(ModelCheckpoint tensors, String name) {
        return values(matrix(tensors, name));
    }

    private static float[] values(RowSource rows) {
        float[] values = new float[rows.rows() * rows.cols()];
        for (int row = 0; row < rows.rows(); row++) {
            rows.read(row, values, row * rows.cols());
        }
        return values;
    }

    private static float[] unpacked(RowSource rows) {
        float[] values = new float[rows.rows() * rows.cols()];
        try (NativeMemory memory = new NativeMemory()) {
            PackedMatrix packed = Panels.pack(memory, rows);
            for (int row = 0; row < rows.rows(); row++) {
                Panels.unpackRow(packed, row, values, row * rows.cols());
            }
        }
        return values;
    }
}
