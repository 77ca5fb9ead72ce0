package io.baseload.service.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How long a request waits for its model to be loaded.
 *
 * @param most asked only if it has to wait; empty = as long as the service lets it
 * @param wanted whether somebody still waits for the answer; asked several times a second, by the waiting thread
 */
public record LoadPatience(Supplier<Optional<Duration>> most, BooleanSupplier wanted) {
    /** The model is loaded, but this request does not wait for it. */
    public static final LoadPatience NONE = new LoadPatience(() -> Optional.of(Duration.ZERO), () -> true);

    /** The same, but no longer than that. */
    Duration within(Duration limit) {
        return most.get().filter(shorter -> shorter.compareTo(limit) < 0).orElse(limit);
    }
}
