package io.baseload.cli;

import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import java.util.List;
import java.util.Locale;

/** The contents of a file of tensors that doesn't describe a model. */
record TensorList(String file, String format, long bytes, List<Tensor> tensors) {

    /** @param shape outermost dimension first */
    record Tensor(String name, String type, List<Long> shape, String file, long offset) {
        static Tensor of(StoredTensor tensor) {
            return new Tensor(
                    tensor.name(),
                    tensor.type().name(),
                    tensor.shape(),
                    String.valueOf(tensor.file().getFileName()),
                    tensor.offset());
        }

        String line() {
            return String.format(Locale.ROOT, "%-10s %s %s", type, name, shape);
        }
    }

    static TensorList of(ModelCheckpoint checkpoint) {
        return new TensorList(
                checkpoint.path().toString(),
                checkpoint.format(),
                checkpoint.bytes(),
                checkpoint.tensors().stream().map(Tensor::of).toList());
    }

    String summary() {
        return String.format(Locale.ROOT, "%s, %d tensors, %,d bytes", format, tensors.size(), bytes);
    }
}
