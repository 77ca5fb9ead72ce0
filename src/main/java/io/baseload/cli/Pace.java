package io.baseload.cli;

/**
 * The rates of one answer, in tokens per second.
 *
 * @param prefill the prompt's tokens, until the answer's first token
 * @param decode the answer's tokens after its first; 0 if it has at most one
 */
record Pace(double prefill, double decode) {
    /**
     * @param decoded tokens after the answer's first
     * @param start before the request, {@link System#nanoTime}
     * @param first arrival of the first token
     * @param last arrival of the last token
     */
    static Pace of(int prompt, int decoded, long start, long first, long last) {
        return new Pace(rate(prompt, first - start), rate(decoded, last - first));
    }

    private static double rate(int tokens, long nanos) {
        return tokens <= 0 || nanos <= 0 ? 0 : tokens * 1e9 / nanos;
    }
}
