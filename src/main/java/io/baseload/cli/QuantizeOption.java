package io.baseload.cli;

import io.baseload.engine.api.Quantization;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The format of a model's weights. */
final class QuantizeOption {
    @Option(
            names = "--quantize",
            paramLabel = "KIND",
            description =
                    "The format of linear layers: keep, nf4, nf4-dq, nf4-fp8, fp4, q4, q8, bf16 or f32 (default: keep"
                            + " for models that are already quantized, otherwise q4).")
    private @Nullable String label;

    Optional<Quantization> value() {
        return Optional.ofNullable(label).map(QuantizeOption::parse);
    }

    static Quantization parse(String given) {
        return parse("--quantize", given);
    }

    /** Reads a format given to another option. */
    static Quantization parse(String option, String given) {
        return Quantization.named(given)
                .orElseThrow(() -> new BadInputException(
                        option + " must be one of " + String.join(", ", Quantization.labels()) + ", not " + given));
    }
}
