package io.baseload.engine.api;

import java.util.List;

/**
 * What {@link Engine#convert} did.
 *
 * @param quantization what it chose, or was told
 * @param warnings what whoever asked for it may not know
 */
public record Conversion(Quantization quantization, List<String> warnings) {}
