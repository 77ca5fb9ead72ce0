package io.baseload.engine.architecture;

import io.baseload.engine.config.Key;

/** Sliding windows as Qwen's configurations have them: only with {@code use_sliding_window}, and then in the layers from {@code max_window_layers} on. */
final class QwenWindows {
    private static final Key USED = new Key("use_sliding_window", "");
    private static final Key FULL_LAYERS = new Key("max_window_layers", "");
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_FULL_LAYERS = 28;

    private QwenWindows() {}

    /** For each layer how many tokens it sees; 0 for all. */
    static int[] read(Basis basis) {
        int window = basis.window(basis.keys().gguf() ? 0 : DEFAULT_WINDOW);
        boolean used = basis.keys().gguf() || basis.keys().flag(USED).orElse(false);
        int full = basis.keys().mentions(FULL_LAYERS) ? basis.numbers().count(FULL_LAYERS) : DEFAULT_FULL_LAYERS;
        boolean[] sliding = basis.sliding(i -> basis.keys().gguf() || i >= full);
        int[] windows = new int[sliding.length];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = used && sliding[i] ? window : 0;
        }
        return windows;
    }
}
