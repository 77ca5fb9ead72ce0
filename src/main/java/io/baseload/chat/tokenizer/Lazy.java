package io.baseload.chat.tokenizer;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that is created on first use. */
final class Lazy<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private volatile Optional<T> made = Optional.empty();

    Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    @Override
    public T get() {
        Optional<T> known = made;
        if (known.isEmpty()) {
            synchronized (this) {
                known = made.isPresent() ? made : Optional.of(maker.get());
                made = known;
            }
        }
        return known.get();
    }
}
