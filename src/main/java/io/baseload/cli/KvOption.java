package io.baseload.cli;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The number format of a command's KV cache. */
final class KvOption {
    @Option(
            names = "--kv",
            paramLabel = "PRECISION",
            converter = Converter.class,
            description = "How the KV cache stores keys and values: f32, f16 or q8 (default: f16; f32 with --precision"
                    + " exact, or where there is no machine code).")
    private @Nullable KvPrecision precision;

    /** Empty for the default of the arithmetic. */
    Optional<KvPrecision> precision() {
        return Optional.ofNullable(precision);
    }

    KvPrecision precision(Precision arithmetic) {
        return precision().orElse(KvPrecision.defaultOf(arithmetic));
    }

    /** Reads the names in lower case. */
    static final class Converter implements ITypeConverter<KvPrecision> {
        @Override
        public KvPrecision convert(String value) {
            try {
                return KvPrecision.of(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
