package io.baseload.service.planner;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The figures of Inspur's article of 2024 on Yuan2.0-102B in the NF8260G7, beside those of the arithmetic; 1 GB is 10⁹ bytes.
 *
 * <pre>
 * weights = parameters · bits / 8
 * scales  = parameters / 64 · 4                                          an F32 for each block of 64
 * scales  = parameters / 64 · 1 + parameters / (64 · 256) · 4            double quantization: a byte, and an F32 for each 256 of these
 * theoretical bandwidth = sockets · channels · transfers a second · 8
 * tokens/s = bandwidth / bytes that a token reads
 * bandwidth for a rate = bytes that a token reads / seconds a token
 * </pre>
 */
public final class ArticleFigures {
    private static final String MODEL = "yuan2.0-102b";
    private static final int BLOCK = 64;
    private static final int NESTED = 256;
    private static final double PARAMETERS = 102e9;
    private static final double TRILLION = 1e12;
    private static final double READ = 995e9;
    private static final double WRITTEN = 423e9;

    /**
     * @param article the article's figure
     * @param arithmetic the result of the formula
     * @param why the reason for the difference, or the source of the figure
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Figure(String what, String article, String arithmetic, String why) {}

    private ArticleFigures() {}

    static double weightBytes(double parameters, double bits) {
        return parameters * bits / 8;
    }

    static double scaleBytes(double parameters) {
        return parameters / BLOCK * Float.BYTES;
    }

    static double doubleScaleBytes(double parameters) {
        return parameters / BLOCK + parameters / BLOCK / NESTED * Float.BYTES;
    }

    /** NF4 with double quantization. */
    static double nf4Bytes(double parameters) {
        return weightBytes(parameters, 4) + doubleScaleBytes(parameters);
    }

    static double tokensPerSecond(double bytesPerSecond, double bytes) {
        return bytesPerSecond / bytes;
    }

    static double bytesPerSecondFor(double bytes, double seconds) {
        return bytes / seconds;
    }

    /** With a plan of Yuan2.0-102B in NF4 with double quantization on the article's machine. */
    public static List<Figure> of(Planner planner) {
        var options = new Planner.Options(Quantization.NF4_DQ, KvPrecision.F16, Precision.FAST);
        PlanSource model = new PlanSource.Configuration(NamedShapes.config(MODEL));
        ModelOutline outline = planner.outline(model, options);
        MachineProfile machine = MachineProfile.described("nf8260g7", outline.group(), options);
        return of(CapacityPlanner.plan(
                MODEL,
                options,
                outline,
                planner.shards(model, options, machine.sockets()),
                planner.memory(model, options, machine.sockets(), machine),
                machine,
                new PlanRequest(1, 128, 128, 1, OptionalDouble.empty())));
    }

    private static List<Figure> of(CapacityPlan plan) {
        double theoretical = MachineProfile.theoretical(4, 8, 4800);
        double nf4 = nf4Bytes(PARAMETERS);
        return List.of(
                figure("102B in BF16", "204 GB", gb(weightBytes(PARAMETERS, 16)), "2 bytes each"),
                figure(
                        "102B in NF4",
                        "about a quarter",
                        gb(nf4) + String.format(Locale.ROOT, ", %.1f %%", 100 * nf4 / weightBytes(PARAMETERS, 16)),
                        "4 bits each and double quantized scales"),
                figure("scales of 100B in F32", "6.25 GB", gb(scaleBytes(100e9)), "4 bytes for each 64"),
                figure(
                        "scales of 100B, double quantized",
                        "1.587 GB",
                        gb(doubleScaleBytes(100e9)),
                        "1 byte for each 64, 4 for each 64 · 256; Baseload keeps an offset with each of these: "
                                + gb(doubleScaleBytes(100e9) + 100e9 / BLOCK / NESTED * Float.BYTES)),
                figure(
                        "bandwidth of four sockets",
                        "1228.8 GB/s",
                        gb(theoretical) + "/s",
                        "4 sockets · 8 channels · 4800 MT/s · 8 bytes"),
                figure(
                        "of that read",
                        "995 GB/s",
                        String.format(Locale.ROOT, "%.2f of it", READ / theoretical),
                        "measured by the article"),
                figure(
                        "of that written",
                        "423 GB/s",
                        String.format(Locale.ROOT, "%.2f of it", WRITTEN / theoretical),
                        "measured by the article; a decode step writes next to nothing"),
                figure(
                        "decode of 102B in NF4",
                        "53 GB a token",
                        String.format(Locale.ROOT, "%.1f tokens/s", tokensPerSecond(READ, Math.rint(nf4 / 1e9) * 1e9)),
                        "995 GB/s / 53 GB, if all weights are in 4 bits and nothing else takes time"),
                figure(
                        "the same as Baseload packs it",
                        "-",
                        String.format(Locale.ROOT, "%.1f tokens/s", plan.decodeTokensPerSecond()),
                        "a step reads " + PlanText.bytes(plan.stepReadBytes())
                                + ": convolutions and embedding stay in BF16; with barriers and collectives; "
                                + plan.standing()),
                figure(
                        "a trillion parameters in BF16 within 100 ms",
                        "at least 2 TB/s",
                        tb(bytesPerSecondFor(weightBytes(TRILLION, 16), 0.1)) + "/s",
                        "2 TB in 0.1 s; the article's 2 TB/s reads them once in a second. In 4 bits "
                                + tb(bytesPerSecondFor(weightBytes(TRILLION, 4), 0.1)) + "/s"),
                figure(
                        "four sockets against one",
                        "4 times",
                        String.format(
                                Locale.ROOT,
                                "%.2f times",
                                plan.decodeTokensPerSecond() / plan.oneSocketTokensPerSecond()),
                        "the bandwidth is 4 times one socket's; the model's collectives and barriers take "
                                + String.format(
                                        Locale.ROOT,
                                        "%.2f ms of a step of %.1f ms, with the assumed %.0f ns a move and %.0f µs a"
                                                + " message",
                                        1e3
                                                * (plan.step().barriers()
                                                        + plan.step().collectives()),
                                        1e3 * plan.step().seconds(),
                                        1e3 * MachineProfile.MOVE_MICROS,
                                        MachineProfile.LINK_MICROS)),
                figure(
                        "16 TB of memory",
                        "hold a trillion parameters",
                        tb(weightBytes(TRILLION, 16)) + " in BF16",
                        "they do, eight times over; in NF4 " + tb(nf4Bytes(TRILLION))));
    }

    public static String line(Figure figure) {
        return String.format(
                Locale.ROOT,
                "%-44s article: %-26s arithmetic: %-18s %s",
                figure.what,
                figure.article,
                figure.arithmetic,
                figure.why);
    }

    private static Figure figure(String what, String article, String arithmetic, String why) {
        return new Figure(what, article, arithmetic, why);
    }

    private static String gb(double bytes) {
        return trimmed(bytes / 1e9) + " GB";
    }

    private static String tb(double bytes) {
        return trimmed(bytes / 1e12) + " TB";
    }

    private static String trimmed(double value) {
        return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
    }
}
