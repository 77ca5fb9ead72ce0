package io.baseload.engine.quant;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * The lattice points of an IQ format: each entry is four or eight small integers.
 *
 * @param width number of integers in an entry
 */
record Grid(byte[] values, int width) {
    private static final int ENTRY_BITS = 16;

    /** Reads a grid from {@code grids.txt}, which describes its own format. */
    static Grid load(String name) {
        List<String> lines = lines();
        int start = 0;
        while (!lines.get(start).startsWith(name + " ")) {
            start++;
        }
        String[] head = lines.get(start).split(" ", -1);
        int[] digits = Arrays.stream(head[2].split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        String entries = lines.subList(start + 1, lines.size()).stream()
                .takeWhile(line -> !line.contains(","))
                .reduce("", (a, b) -> a + b.replace(" ", ""));
        return of(HexFormat.of().parseHex(entries), Integer.parseInt(head[1]), digits);
    }

    private static List<String> lines() {
        try (InputStream in = Objects.requireNonNull(Grid.class.getResourceAsStream("grids.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Grid of(byte[] packed, int bits, int[] digits) {
        int perByte = Byte.SIZE / bits;
        byte[] values = new byte[packed.length * perByte];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) digits[packed[i / perByte] >> i % perByte * bits & (1 << bits) - 1];
        }
        return new Grid(values, ENTRY_BITS / bits);
    }

    /** Writes an entry to {@code codes[at …]}; value i is negated if bit i of {@code signs} is set. */
    void copy(int entry, int signs, byte[] codes, int at) {
        for (int i = 0; i < width; i++) {
            int value = values[entry * width + i];
            codes[at + i] = (byte) ((signs >> i & 1) == 0 ? value : -value);
        }
    }

    /** Eight signs of which seven are stored: the eighth makes the number of minus signs even. */
    static int evenSigns(int seven) {
        return seven | (Integer.bitCount(seven) & 1) << 7;
    }
}
