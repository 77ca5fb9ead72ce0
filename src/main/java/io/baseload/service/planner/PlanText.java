package io.baseload.service.planner;

import io.baseload.service.planner.CapacityPlan.Point;
import io.baseload.service.planner.CapacityPlan.Socket;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** A plan in words. */
public final class PlanText {
    private PlanText() {}

    public static List<String> lines(CapacityPlan plan) {
        var out = new Formatter(Locale.ROOT);
        out.format(
                "model           %s, %.1f G parameters, %s, %s%n",
                plan.model(), plan.parameters() / 1e9, plan.format(), plan.precision());
        out.format("machine         %s, reads %.1f GB/s%n", plan.machine(), plan.readBytesPerSecond() / 1e9);
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
        out.format("decode          %.1f tokens/s, %.1f for each of %d%n", decode, decode / plan.batch(), plan.batch());
        out.format(
                "                a step reads %s in %.2f ms, multiplies %.2f ms, attends %.2f ms;"
                        + " linear layers %.2f ms, barriers %.2f ms, collectives %.2f ms%n",
                bytes(plan.stepReadBytes()),
                1e3 * step.read(),
                1e3 * step.multiply(),
                1e3 * step.attend(),
                1e3 * step.linear(),
                1e3 * step.barriers(),
                1e3 * step.collectives());
        if (plan.sockets() > 1) {
            double one = plan.oneSocketTokensPerSecond();
            out.format(
                    "                %.2f times the %.1f tokens/s of one of the %d %s%n",
                    decode / one, one, plan.sockets(), plan.measured() ? "memory nodes" : "sockets");
        }
        out.format("prefill         %.1f tokens/s%n", plan.prefillTokensPerSecond());
        out.format("bottleneck      %s; then %s%n", plan.bottleneck(), plan.nextBottleneck());
        out.format("users           %d with %.1f tokens/s each%n", plan.users(), plan.leastRate());
        if (plan.decodeCost().isPresent() && plan.prefillCost().isPresent()) {
            out.format(
                    "cost            %.3f a million decoded tokens, %.3f a million prompt tokens%n",
                    plan.decodeCost().getAsDouble(), plan.prefillCost().getAsDouble());
        }
    }

    /** In one line. */
    public static String summary(CapacityPlan plan) {
        return String.format(
                Locale.ROOT,
                "%.1f tokens/s decode, %.1f tokens/s prefill, %s, limited by %s%s",
                plan.decodeTokensPerSecond(),
                plan.prefillTokensPerSecond(),
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
                "%.1f tokens/s, %.1f each, %s",
                point.tokensPerSecond(),
                point.tokensPerSecondEach(),
                point.bottleneck());
    }

    static String bytes(long bytes) {
        return bytes >= 1e8
                ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
