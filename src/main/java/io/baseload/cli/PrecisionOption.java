package io.baseload.cli;

import io.baseload.engine.api.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The precision of a command's linear layers. */
final class PrecisionOption {
    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            converter = Converter.class,
            description =
                    "Arithmetic of linear layers: exact (F32 activations) or fast (8-bit activations). The default is"
                            + " fast, or exact where accuracy is measured.")
    private @Nullable Precision precision;

    /** The requested one, or the command's default. */
    Precision orElse(Precision byDefault) {
        return precision == null ? byDefault : precision;
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
