package io.baseload.chat.tokenizer;

import java.util.List;
import java.util.Optional;

/** Exposes the table of pre-tokenizers for comparison with a reference. */
public final class PreTokenizers {
    private PreTokenizers() {}

    /** As {@link PreTokenizer}. */
    public record Known(
            List<String> patterns, boolean ignoreMerges, boolean addBos, boolean addSeparator, boolean raw) {}

    /** Empty if the name is refused. */
    public static Optional<Known> named(String name) {
        try {
            PreTokenizer pre = PreTokenizer.named(name);
            return Optional.of(
                    new Known(pre.patterns(), pre.ignoreMerges(), pre.addBos(), pre.addSeparator(), pre.raw()));
        } catch (IllegalArgumentException e) {
            if (String.valueOf(e.getMessage()).contains("\"" + name + "\"")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
