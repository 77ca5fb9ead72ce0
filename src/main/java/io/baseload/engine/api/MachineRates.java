package io.baseload.engine.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast a machine's workers are together at what steps are made of.
 *
 * @param workers threads
 * @param memoryBytes that a process can have
 * @param readBytesPerSecond from memory
 * @param barrierSeconds that a barrier of all workers takes
 * @param attentionDecode multiply-adds a second of attention over keys and values in cache, a row at a time, of the model that was meant: the more heads share keys and values, the more
 * @param attentionPrompt the same for rows of a prompt
 * @param kernels linear layers, by what weights are kept as ({@link ModelOutline.Matrices#codes})
 */
public record MachineRates(
        int workers,
        long memoryBytes,
        double readBytesPerSecond,
        double barrierSeconds,
        double attentionDecode,
        double attentionPrompt,
        Map<String, KernelRates> kernels) {

    /** Decode rows that kernels are measured with. */
    public static final List<Integer> ROWS = List.of(1, 2, 4, 8);

    public MachineRates {
        kernels = Map.copyOf(kernels);
    }

    /** The rates of a part of this machine: 0.25 for one of four sockets. */
    public MachineRates part(double part) {
        Map<String, KernelRates> some = new HashMap<>();
        kernels.forEach((codes, rates) -> some.put(codes, rates.times(part)));
        return new MachineRates(
                (int) Math.round(workers * part),
                Math.round(memoryBytes * part),
                readBytesPerSecond * part,
                barrierSeconds,
                attentionDecode * part,
                attentionPrompt * part,
                some);
    }

    /**
     * Of linear layers whose weights are in cache.
     *
     * @param decode multiply-adds a second for each number of {@link #ROWS}
     * @param prompt multiply-adds a second for rows of a prompt
     */
    public record KernelRates(List<Double> decode, double prompt) {
        public KernelRates {
            decode = List.copyOf(decode);
            if (decode.size() != ROWS.size()) {
                throw new IllegalArgumentException(decode.size() + " rates for " + ROWS.size() + " numbers of rows");
            }
        }

        /** The rates of so many times as many workers. */
        public KernelRates times(double factor) {
            return new KernelRates(decode.stream().map(rate -> rate * factor).toList(), prompt * factor);
        }

        /** Seconds for so many rows of one weight: eight share a pass, and between the measured numbers of rows time is taken as linear. */
        public double decodeSeconds(double rows) {
            int last = ROWS.size() - 1;
            int most = ROWS.get(last);
            double passes = Math.floor(rows / most);
            return passes * seconds(last) + within(rows - passes * most);
        }

        private double within(double rows) {
            if (rows <= 1) {
                return rows * seconds(0);
            }
            int above = 1;
            while (ROWS.get(above) < rows) {
                above++;
            }
            int from = ROWS.get(above - 1);
            double part = (rows - from) / (ROWS.get(above) - from);
            return seconds(above - 1) + part * (seconds(above) - seconds(above - 1));
        }

        private double seconds(int index) {
            return ROWS.get(index) / decode.get(index);
        }
    }
}
