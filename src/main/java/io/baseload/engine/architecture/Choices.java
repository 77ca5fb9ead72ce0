package io.baseload.engine.architecture;

import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;

/** Keys for which only one value is supported. */
final class Choices {
    private Choices() {}

    /** @throws io.baseload.engine.api.ModelFileException if the key has another text */
    static void require(Keys keys, Key key, String supported) {
        keys.text(key).filter(text -> !text.equals(supported)).ifPresent(text -> {
            throw keys.refuse(key, "is " + text + "; supported is " + supported);
        });
    }

    /** @throws io.baseload.engine.api.ModelFileException if the key exists and has the other value */
    static void require(Keys keys, Key key, boolean supported) {
        keys.flag(key).filter(flag -> flag != supported).ifPresent(flag -> {
            throw keys.refuse(key, "is " + flag + ", which is not supported");
        });
    }
}
