package io.baseload.ai;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Names the files of the library that it reads while it runs, for images that keep no others. Spring finds the properties' classes by itself. */
class BaseloadRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        hints.resources()
                .registerPattern("io/baseload/chat/tokenizer/pre-tokenizers.txt")
                .registerPattern("io/baseload/chat/tokenizer/templates/*.jinja")
                .registerPattern("io/baseload/engine/quant/grids.txt");
    }
}
