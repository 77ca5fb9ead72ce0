package io.baseload.cli;

import io.baseload.engine.api.KvPrecision;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The number format of a command's KV cache. */
final class KvOption {
    @Option(
            names = "--kv",
            paramLabel = "PRECISION",
            defaultValue = "f32",
            converter = Converter.class,
            description = "How the KV cache stores keys and values: f32, f16 or q8 (default: ${DEFAULT-VALUE}).")
    private KvPrecision precision = KvPrecision.F32;

    KvPrecision precision() {
        return precision;
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
