package io.baseload.cli;

import io.baseload.engine.api.Precision;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a command's linear layers compute with. */
final class PrecisionOption {
    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "exact",
            converter = Converter.class,
            description =
                    "What linear layers compute with: exact (F32 activations) or fast (8-bit activations) (default:"
                            + " ${DEFAULT-VALUE}).")
    private Precision precision = Precision.EXACT;

    Precision precision() {
        return precision;
    }

    /** Reads the names in lower case. */
    static final class Converter implements ITypeConverter<Precision> {
        @Override
        public Precision convert(String value) {
            try {
                return Precision.of(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
