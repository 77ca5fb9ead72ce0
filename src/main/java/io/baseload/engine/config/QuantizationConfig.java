package io.baseload.engine.config;

import io.baseload.engine.format.ConfigKeys;
import java.util.List;
import java.util.Optional;

/** The quantization of a Hugging Face checkpoint's linear layers, from {@code quantization_config} in config.json. */
public sealed interface QuantizationConfig {
    /** None, or one that is defined by each tensor's own type. */
    record None() implements QuantizationConfig {}

    /** bitsandbytes, 4 bits; the tensors contain the rest of the description. */
    record BitsAndBytes() implements QuantizationConfig {}

    /**
     * GPTQ, 4 bits (Frantar et al., 2022).
     *
     * @param zeroOffset number that is added to a stored zero
     */
    record Gptq(int zeroOffset) implements QuantizationConfig {}

    /** AWQ, 4 bits (Lin et al., 2023), in its "gemm" form. */
    record Awq() implements QuantizationConfig {}

    /**
     * 8-bit floats with scales.
     *
     * @param tileRows rows that share a scale; 0 for all
     * @param tileCols columns that share a scale; 0 for all
     */
    record Float8(int tileRows, int tileCols) implements QuantizationConfig {}

    /** @throws io.baseload.engine.api.ModelFileException if it isn't supported */
    static QuantizationConfig read(ConfigKeys config) {
        return config.object("quantization_config")
                .map(found -> method(config, found))
                .orElse(new None());
    }

    private static QuantizationConfig method(ConfigKeys config, ConfigKeys found) {
        String method = found.string("quant_method").orElse("");
        return switch (method) {
            case "bitsandbytes" -> {
                require(found.flag("load_in_4bit").orElse(false), found, "load_in_4bit", "true");
                yield new BitsAndBytes();
            }
            case "gptq" -> {
                requireFourBits(found);
                String format = found.string("checkpoint_format").orElse("gptq");
                require(List.of("gptq", "gptq_v2").contains(format), found, "checkpoint_format", "gptq or gptq_v2");
                yield new Gptq(format.equals("gptq") ? 1 : 0);
            }
            case "awq" -> {
                requireFourBits(found);
                require(is(found.string("version"), "gemm"), found, "version", "gemm");
                require(found.flag("zero_point").orElse(true), found, "zero_point", "true");
                yield new Awq();
            }
            case "fp8" -> float8(found);
            case "compressed-tensors" -> {
                require(is(found.string("format"), "float-quantized"), found, "format", "float-quantized");
                yield new Float8(0, 0);
            }
            case "mxfp4" -> new None();
            default ->
                throw config.refuse(
                        "quantization_config",
                        "has the quant_method " + method
                                + "; supported are bitsandbytes, gptq, awq, fp8, compressed-tensors and mxfp4");
        };
    }

    private static QuantizationConfig float8(ConfigKeys found) {
        String format = found.string("fmt").orElse("e4m3");
        require(List.of("e4m3", "e5m2").contains(format), found, "fmt", "e4m3 or e5m2");
        List<Long> tile = found.integers("weight_block_size");
        boolean sizes = tile.size() == 2 && tile.stream().allMatch(size -> size >= 1 && size <= 1 << 20);
        require(tile.isEmpty() || sizes, found, "weight_block_size", "two positive numbers");
        return tile.isEmpty()
                ? new Float8(0, 0)
                : new Float8(tile.get(0).intValue(), tile.get(1).intValue());
    }

    private static void requireFourBits(ConfigKeys found) {
        require(found.integer("bits").orElse(4) == 4, found, "bits", "4");
    }

    private static boolean is(Optional<String> value, String expected) {
        return value.orElse(expected).equals(expected);
    }

    private static void require(boolean holds, ConfigKeys found, String key, String expected) {
        if (!holds) {
            throw found.refuse(key, "asks for something that is not supported, expected " + expected);
        }
    }
}
