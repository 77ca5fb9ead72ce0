package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.baseload.engine.quant.Panels;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/** {@link PromptFormat} in plain Java: the vector implementation and the library must give the same bits. */
final class PromptDefinition {
    private final PromptFormat format;

    PromptDefinition(PromptFormat format) {
        this.format = format;
    }

    void quantize(Rows x, int from, int to, PromptRows out) {
        for (int row = from; row < to; row++) {
            for (int g = 0; g < format.groups(x.width()); g++) {
                int first = g * format.group();
                int columns = Math.min(format.group(), x.width() - first);
                float most = 0;
                for (int i = 0; i < columns; i++) {
                    most = Math.max(most, Math.abs(x.data()[x.at(row) + first + i]));
                }
                float inverse = most > 0 ? PromptFormat.MAX_ACTIVATION / most : 0;
                out.scales[out.scaleAt(g, row)] = most / PromptFormat.MAX_ACTIVATION;
                long at = out.at(g, row);
                for (int i = 0; i < columns; i++) {
                    int code = PromptFormat.round(x.data()[x.at(row) + first + i] * inverse);
                    out.codes.set(JAVA_BYTE, at + PromptFormat.place(i), (byte) (code + PromptFormat.SHIFT));
                }
            }
        }
    }

    void multiply(PackedMatrix w, PromptRows x, Rows y, int from, int to, int firstPanel, int endPanel) {
        int[] codes = new int[format.group() * LANES];
        float[] scales = new float[LANES];
        float[] sums = new float[(to - from) * LANES];
        for (int panel = firstPanel; panel < endPanel; panel++) {
            Arrays.fill(sums, 0);
            for (int g = 0; g < format.groups(w.cols()); g++) {
                codes(w, panel, g, codes, scales);
                for (int row = from; row < to; row++) {
                    float scale = x.scales[x.scaleAt(g, row)];
                    int columns = Math.min(format.group(), w.cols() - g * format.group());
                    for (int lane = 0; lane < LANES; lane++) {
                        int sum = 0;
                        for (int i = 0; i < columns; i++) {
                            int code = Byte.toUnsignedInt(x.codes.get(JAVA_BYTE, x.at(g, row) + PromptFormat.place(i)));
                            sum += (code - PromptFormat.SHIFT) * codes[i * LANES + lane];
                        }
                        int at = (row - from) * LANES + lane;
                        sums[at] = Math.fma(sum, scale * scales[lane], sums[at]);
                    }
                }
            }
            int lanes = Math.min(LANES, w.rows() - panel * LANES);
            for (int row = from; row < to; row++) {
                System.arraycopy(sums, (row - from) * LANES, y.data(), y.at(row) + panel * LANES, lanes);
            }
        }
    }

    /** The codes of a group of a panel, {@code [column][lane]}, and their scales. */
    private void codes(PackedMatrix w, int panel, int g, int[] codes, float[] scales) {
        int whole = w.packing().block();
        int size = Math.min(whole, format.group());
        int blocks = Math.min(format.group(), w.cols() - g * format.group()) / size;
        Codes kind = w.packing().codes();
        float[] stored = new float[blocks * size * LANES];
        float[][] scaling = new float[blocks][2 * LANES];
        float[] block = new float[whole * LANES];
        float[] reach = new float[LANES];
        for (int b = 0; b < blocks; b++) {
            int column = g * format.group() + b * size;
            Panels.codes(w, panel, column / whole, block);
            Panels.scales(w, panel, column / whole, scaling[b]);
            System.arraycopy(block, column % whole * LANES, stored, b * size * LANES, size * LANES);
            for (int lane = 0; lane < LANES; lane++) {
                reach[lane] = Math.max(
                        reach[lane],
                        reach(kind, stored, b * size * LANES + lane, size, scaling[b][lane], scaling[b][LANES + lane]));
            }
        }
        for (int lane = 0; lane < LANES; lane++) {
            scales[lane] = reach[lane] / format.limit();
            float inverse = format.inverse(reach[lane]);
            for (int b = 0; b < blocks; b++) {
                int r = PromptFormat.round(scaling[b][lane] * (inverse * PromptFormat.unit(kind)));
                int t = kind == Codes.I4 ? -8 * r : PromptFormat.round(scaling[b][LANES + lane] * inverse);
                for (int i = b * size; i < (b + 1) * size; i++) {
                    int q = kind.codebook()
                            ? PromptFormat.round(stored[i * LANES + lane] / PromptFormat.unit(kind))
                            : (int) stored[i * LANES + lane];
                    codes[i * LANES + lane] = q * r + t + PromptFormat.UNIT / 2 >> 8;
                }
            }
        }
    }

    /** The largest number that a row's block can contain; for bytes, the largest that it does contain. */
    private static float reach(Codes codes, float[] stored, int at, int columns, float scale, float minimum) {
        if (codes.codebook()) {
            return Math.abs(scale) * PromptFormat.most(codes);
        }
        if (codes == Codes.I8) {
            float most = 0;
            for (int i = 0; i < columns; i++) {
                most = Math.max(most, Math.abs(stored[at + i * LANES]));
            }
            return Math.fma(most, Math.abs(scale), Math.abs(minimum));
        }
        return Math.max(Math.abs(minimum), Math.abs(Math.fma(15f, scale, minimum)));
    }
}
