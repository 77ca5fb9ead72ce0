package io.baseload.engine.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rates of a machine's workers together at the parts of a step.
 *
 * @param workers threads
 * @param readBytesPerSecond memory bandwidth of reads
 * @param barrierSeconds duration of a barrier of one shard's workers
 * @param meetingSeconds the same of all workers
 * @param attentionDecode multiply-adds per second of the given model's attention over keys and values in cache, one row at a time: the more heads share keys and values, the higher
 * @param attentionPrompt the same for rows of a prompt
 * @param kernels rates of linear layers by the weights' format ({@link ModelOutline.Matrices#codes})
 */
public record MachineRates(
        int workers,
        double readBytesPerSecond,
        double barrierSeconds,
        double meetingSeconds,
        double attentionDecode,
        double attentionPrompt,
        Map<String, KernelRates> kernels) {

    /** Numbers of decode rows that kernels are measured with. */
    public static final List<Integer> ROWS = List.of(1, 2, 4, 8);

    /** Number of decode rows for which a linear layer's weights are read once. */
    public static final int ROWS_OF_A_PASS = 16;

    public MachineRates {
        kernels = Map.copyOf(kernels);
    }

    /** The rates of a part of this machine: 0.25 for one of four sockets. All its workers are those of one shard. */
    public MachineRates part(double part) {
        Map<String, KernelRates> some = new HashMap<>();
        kernels.forEach((codes, rates) -> some.put(codes, rates.times(part)));
        return new MachineRates(
                (int) Math.round(workers * part),
                readBytesPerSecond * part,
                barrierSeconds,
                barrierSeconds,
                attentionDecode * part,
                attentionPrompt * part,
                some);
    }

    /**
     * The rates of linear layers, in multiply-adds per second.
     *
     * @param decode for each number of rows in {@link #ROWS}, with weights in cache
     * @param streamed the same with as many weights as the model has, in memory or in caches, as measured; on a described machine the same as {@code decode}, and the bandwidth limits them
     * @param prompt for rows of a prompt
     */
    public record KernelRates(List<Double> decode, List<Double> streamed, double prompt) {
        public KernelRates {
            decode = checked(decode);
            streamed = checked(streamed);
        }

        /** Rates of a described machine. */
        public KernelRates(List<Double> decode, double prompt) {
            this(decode, decode, prompt);
        }

        private static List<Double> checked(List<Double> rates) {
            if (rates.size() != ROWS.size()) {
                throw new IllegalArgumentException(rates.size() + " rates for " + ROWS.size() + " numbers of rows");
            }
            return List.copyOf(rates);
        }

        /** The rates of {@code factor} times as many workers. */
        public KernelRates times(double factor) {
            return new KernelRates(times(decode, factor), times(streamed, factor), prompt * factor);
        }

        private static List<Double> times(List<Double> rates, double factor) {
            return rates.stream().map(rate -> rate * factor).toList();
        }

        /** Seconds for {@code rows} rows and one weight in cache. Between the measured numbers of rows, time is interpolated linearly. */
        public double decodeSeconds(double rows) {
            return seconds(decode, rows);
        }

        /** The same for a weight where the model's are. It is read once for {@link #ROWS_OF_A_PASS} rows: those beyond the last of {@link #ROWS} only multiply. */
        public double streamedSeconds(double rows) {
            double passes = Math.floor(rows / ROWS_OF_A_PASS);
            return passes * pass(ROWS_OF_A_PASS) + pass(rows - passes * ROWS_OF_A_PASS);
        }

        private double pass(double rows) {
            double measured = Math.min(rows, ROWS.getLast());
            return within(streamed, measured) + within(decode, rows - measured);
        }

        private static double seconds(List<Double> rates, double rows) {
            int last = ROWS.size() - 1;
            int most = ROWS.get(last);
            double passes = Math.floor(rows / most);
            return passes * seconds(rates, last) + within(rates, rows - passes * most);
        }

        private static double within(List<Double> rates, double rows) {
            if (rows <= 1) {
                return rows * seconds(rates, 0);
            }
            int above = 1;
            while (ROWS.get(above) < rows) {
                above++;
            }
            int from = ROWS.get(above - 1);
            double part = (rows - from) / (ROWS.get(above) - from);
            double less = seconds(rates, above - 1);
            return less + part * (seconds(rates, above) - less);
        }

        private static double seconds(List<Double> rates, int index) {
            return ROWS.get(index) / rates.get(index);
        }
    }
}
