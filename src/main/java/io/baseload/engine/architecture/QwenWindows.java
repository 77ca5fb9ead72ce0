package io.baseload.engine.architecture;

import io.baseload.engine.config.Key;
import java.util.function.IntFunction;

/**
 * Sliding windows in Qwen's and SmolLM's configurations: with {@code use_sliding_window}, in the layers that {@code layer_types} names. Without that list, Qwen has them in the layers from
 * {@code max_window_layers} on, SmolLM in those without rotary embedding.
 */
final class QwenWindows {
    private static final Key USED = new Key("use_sliding_window", "");
    private static final Key FULL_LAYERS = new Key("max_window_layers", "");
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_FULL_LAYERS = 28;

    private QwenWindows() {}

    /** The number of tokens that each of Qwen's layers sees; 0 for all. */
    static int[] read(Basis basis) {
        int full = fullLayers(basis);
        return windows(basis, basis.keys().gguf() ? 0 : DEFAULT_WINDOW, i -> i >= full);
    }

    /**
     * The same for SmolLM 3, whose configuration has {@code max_window_layers} but doesn't use it.
     *
     * @param rotated whether each layer has rotary embedding
     */
    static int[] read(Basis basis, boolean[] rotated) {
        fullLayers(basis);
        return windows(basis, 0, i -> !rotated[i]);
    }

    private static int[] windows(Basis basis, int otherwise, IntFunction<Boolean> family) {
        boolean gguf = basis.keys().gguf();
        int window = basis.window(otherwise);
        boolean used = gguf || basis.keys().flag(USED).orElse(false);
        boolean[] sliding = basis.sliding(i -> gguf || family.apply(i));
        int[] windows = new int[sliding.length];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = used && sliding[i] ? window : 0;
        }
        return windows;
    }

    private static int fullLayers(Basis basis) {
        return basis.keys().mentions(FULL_LAYERS) ? basis.numbers().count(FULL_LAYERS) : DEFAULT_FULL_LAYERS;
    }
}
