package io.baseload.service.planner;

import io.baseload.service.planner.CapacityPlan.Point;
import io.baseload.service.planner.CapacityPlan.Socket;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** A plan in words. */
public final class PlanText {
    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private PlanText() {}

    /** A number with four significant digits, but all of those before the point. */
    public static String digits(double number) {
        BigDecimal exact = new BigDecimal(number);
        double size = Math.abs(number);
        BigDecimal rounded =
                (size < 1000 ? exact.round(FOUR_DIGITS) : exact.setScale(0, RoundingMode.HALF_UP)).stripTrailingZeros();
        return size > 0 && size < 1e-6 ? rounded.toString() : rounded.toPlainString();
    }

    public static List<String> lines(CapacityPlan plan) {
        var out = new Formatter(Locale.ROOT);
        out.format(
                "model           %s, %s G parameters, %s, %s%n",
                plan.model(), digits(plan.parameters() / 1e9), plan.format(), plan.precision());
        out.format("machine         %s, reads %s GB/s%n", plan.machine(), digits(plan.readBytesPerSecond() / 1e9));
        out.format(
                "kernels         %s for prompts; %s for answers%n",
                plan.kernels().prefill(), plan.kernels().decode());
        out.format("figures are     %s%n", plan.standing());
        memory(plan, out);
        speed(plan, out);
        for (Point point : plan.batches()) {
            out.format("%-15s %s%n", "batch " + point.batch(), point(point));
        }
        for (Point point : plan.contexts()) {
            out.format("%-15s %s%n", "context " + point.context(), point(point));
        }
        plan.notes().forEach(note -> out.format("note            %s%n", note));
        return out.toString().lines().toList();
    }

    private static void memory(CapacityPlan plan, Formatter out) {
        out.format("weights         %s, of them scales %s%n", bytes(plan.weightsBytes()), bytes(plan.scalesBytes()));
        out.format(
                "KV cache        %s, %,d bytes a token; %s for %d × %d tokens%n",
                plan.kvPrecision(), plan.kvBytesPerToken(), bytes(plan.kvBytes()), plan.batch(), plan.context());
        out.format("working         %s%n", bytes(plan.workingBytes()));
        out.format("memory          %s: %s%n", bytes(plan.memoryBytes()), plan.fits() ? "it fits" : "it does not fit");
        if (plan.perSocket().size() > 1) {
            for (Socket socket : plan.perSocket()) {
                String name = plan.measured() ? "memory node" : "socket";
                out.format("%-15s %s%n", name + " " + socket.socket(), of(socket));
            }
        }
    }

    private static void speed(CapacityPlan plan, Formatter out) {
        StepTime step = plan.step();
        double decode = plan.decodeTokensPerSecond();
        out.format(
                "decode          %s tokens/s, %s for each of %d%n",
                digits(decode), digits(decode / plan.batch()), plan.batch());
        out.format(
                "                a step reads %s in %s ms, multiplies %s ms, attends %s ms;"
                        + " linear layers %s ms, barriers %s ms, collectives %s ms%n",
                bytes(plan.stepReadBytes()),
                digits(1e3 * step.read()),
                digits(1e3 * step.multiply()),
                digits(1e3 * step.attend()),
                digits(1e3 * step.linear()),
                digits(1e3 * step.barriers()),
                digits(1e3 * step.collectives()));
        if (plan.sockets() > 1) {
            double one = plan.oneSocketTokensPerSecond();
            out.format(
                    "                %s times the %s tokens/s of one of the %d %s%n",
                    digits(decode / one), digits(one), plan.sockets(), plan.measured() ? "memory nodes" : "sockets");
        }
        out.format("prefill         %s tokens/s%n", digits(plan.prefillTokensPerSecond()));
        out.format("bottleneck      %s; then %s%n", plan.bottleneck(), plan.nextBottleneck());
        out.format("users           %d with %s tokens/s each%n", plan.users(), digits(plan.leastRate()));
        if (plan.decodeCost().isPresent() && plan.prefillCost().isPresent()) {
            out.format(
                    "cost            %s a million decoded tokens, %s a million prompt tokens%n",
                    digits(plan.decodeCost().getAsDouble()),
                    digits(plan.prefillCost().getAsDouble()));
        }
    }

    /** In one line. */
    public static String summary(CapacityPlan plan) {
        return String.format(
                Locale.ROOT,
                "%s tokens/s decode, %s tokens/s prefill, %s, limited by %s%s",
                digits(plan.decodeTokensPerSecond()),
                digits(plan.prefillTokensPerSecond()),
                plan.fits() ? "fits" : "does not fit",
                plan.bottleneck(),
                plan.measured() ? " (by rates measured on this machine)" : " (planned, not measured)");
    }

    private static String of(Socket socket) {
        return String.format(
                Locale.ROOT,
                "weights %s, KV cache %s, working %s of %s",
                bytes(socket.weightsBytes()),
                bytes(socket.kvBytes()),
                bytes(socket.workingBytes()),
                bytes(socket.memoryBytes()));
    }

    private static String point(Point point) {
        return String.format(
                Locale.ROOT,
                "%s tokens/s, %s each, %s",
                digits(point.tokensPerSecond()),
                digits(point.tokensPerSecondEach()),
                point.bottleneck());
    }

    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        if (bytes < 1e5) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return bytes < 1e8
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
