package io.baseload.cli;

/**
 * The result for a window of text.
 *
 * @param tokens scored tokens: all except the first
 * @param nll Σ −log p of these, in nats
 * @param kl Σ of the divergence from the other model's distributions, in nats; 0 if there is no other
 * @param agreed how often both models' likeliest tokens are the same
 * @param otherNll the other model's nll
 */
record WindowScore(int tokens, double nll, double kl, int agreed, double otherNll) {
    static final WindowScore NONE = new WindowScore(0, 0, 0, 0, 0);

    WindowScore plus(WindowScore other) {
        return new WindowScore(
                tokens + other.tokens,
                nll + other.nll,
                kl + other.kl,
                agreed + other.agreed,
                otherNll + other.otherNll);
    }

    double perplexity() {
        return Math.exp(nll / tokens);
    }

    double otherPerplexity() {
        return Math.exp(otherNll / tokens);
    }

    double meanKl() {
        return kl / tokens;
    }

    /** From 0 to 1. */
    double agreement() {
        return (double) agreed / tokens;
    }
}
