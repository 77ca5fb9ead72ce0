package io.baseload.engine.sample;

import io.baseload.engine.api.SamplingOptions;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The state, in addition to logits, on which the choice of a sequence's tokens depends: its options, its seed, and the tokens decoded so far. */
public final class SamplingState {
    private final SamplingOptions options;
    private final Penalties penalties;
    private final Optional<AllowedTokens> allowed;
    private final long seed;

    /** @param allowed must be ready, and allow a token, whenever one is chosen */
    public SamplingState(SamplingOptions options, Optional<AllowedTokens> allowed) {
        this.options = options;
        this.allowed = allowed;
        this.penalties = new Penalties(options);
        this.seed = options.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
    }

    /** Records a decoded token. */
    public void decoded(int token) {
        penalties.count(token);
    }

    public Optional<AllowedTokens> allowed() {
        return allowed;
    }

    SamplingOptions options() {
        return options;
    }

    Penalties penalties() {
        return penalties;
    }

    /** The sequence's random number for its token {@code index}, from [0, 1). */
    double uniform(int index) {
        return Randomness.uniform(seed, index);
    }
}
