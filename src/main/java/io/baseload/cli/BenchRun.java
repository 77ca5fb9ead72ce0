package io.baseload.cli;

import io.baseload.engine.api.Roofline;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One measurement.
 *
 * @param quantize the format of the weights of linear layers
 * @param batch sequences that are decoded together
 * @param prefillTps tokens per second of all prompts together
 * @param decodeTps tokens per second of all sequences together
 * @param stepMillis duration of a decode step
 * @param allocatedPerToken bytes of heap, while sequences decode
 * @param roofline the machine's limit
 * @param rooflineFraction decode as a fraction of that
 */
record BenchRun(
        String quantize,
        int threads,
        int prompt,
        int decode,
        int batch,
        int repeat,
        Spread prefillTps,
        Spread decodeTps,
        Step stepMillis,
        double allocatedPerToken,
        Roofline roofline,
        double rooflineFraction) {

    /** Percentiles of a decode step's duration, in milliseconds. */
    record Step(double p50, double p99) {
        static Step of(List<BenchRound> rounds) {
            long[] sorted = rounds.stream()
                    .map(BenchRound::stepNanos)
                    .flatMapToLong(Arrays::stream)
                    .sorted()
                    .toArray();
            return new Step(at(sorted, 0.5), at(sorted, 0.99));
        }

        private static double at(long[] sorted, double part) {
            return Math.round(sorted[(int) Math.ceil(part * sorted.length) - 1] / 1e3) / 1e3;
        }
    }

    /** @param rounds those that count */
    static BenchRun of(
            String quantize,
            int threads,
            int prompt,
            int decode,
            int batch,
            List<BenchRound> rounds,
            Roofline roofline) {
        Spread decodeTps =
                Spread.of(rounds.stream().mapToDouble(round -> (double) batch * decode / round.decodeSeconds()));
        double best = roofline.tokensPerSecond(prompt + decode / 2.0);
        return new BenchRun(
                quantize,
                threads,
                prompt,
                decode,
                batch,
                rounds.size(),
                Spread.of(rounds.stream().mapToDouble(round -> batch * prompt / round.prefillSeconds())),
                decodeTps,
                Step.of(rounds),
                Math.round(
                        rounds.stream().mapToDouble(BenchRound::allocated).min().orElse(0)),
                roofline,
                Math.round(decodeTps.median() / best * 1000) / 1000.0);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%s, %d threads, %d together: prefill of %d %s tokens/s, decode of %d %s tokens/s;"
                        + " a step p50 %.2f ms, p99 %.2f ms; %.0f bytes allocated a token; %.0f %% of the roofline",
                quantize,
                threads,
                batch,
                prompt,
                prefillTps,
                decode,
                decodeTps,
                stepMillis.p50,
                stepMillis.p99,
                allocatedPerToken,
                100 * rooflineFraction);
    }

    /** The parts of the roofline. */
    String rooflineLine() {
        double none = roofline.weightBytes() / roofline.bytesPerSecond();
        return String.format(
                Locale.ROOT,
                "roofline: %.1f GB/s; a step reads %.0f MB of weights (%.2f ms) and %d bytes for each token that it"
                        + " sees, and multiplies %.2f ms from cache",
                roofline.bytesPerSecond() / 1e9,
                roofline.weightBytes() / 1e6,
                1e3 * none,
                roofline.kvBytesPerToken(),
                1e3 * roofline.multiplySeconds());
    }
}
