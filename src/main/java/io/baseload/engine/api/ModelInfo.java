package io.baseload.engine.api;

import java.util.SortedMap;

/**
 * The metadata of a model file.
 *
 * @param architecture the family, as in {@code general.architecture}: "llama"
 * @param format the file format: "gguf"
 * @param task the model's task
 * @param bytes the size of the file
 * @param tensorBytes bytes per tensor type, for example Q4_1 → 66355200
 */
public record ModelInfo(
        String architecture,
        String format,
        ModelTask task,
        String name,
        long bytes,
        long parameters,
        int contextLength,
        int vocabularySize,
        int layers,
        int hiddenSize,
        int heads,
        int kvHeads,
        SortedMap<String, Long> tensorBytes) {}
