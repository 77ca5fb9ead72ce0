package io.baseload.engine.api;

import java.util.List;

/**
 * The result of {@link Engine#convert}.
 *
 * @param quantization the one that was requested or chosen
 * @param warnings consequences that the caller may not expect
 */
public record Conversion(Quantization quantization, List<String> warnings) {}
