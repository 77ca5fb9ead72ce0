package io.baseload.service.planner;

import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.MemoryOutline;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.ShardOutline;
import io.baseload.service.planner.CapacityPlan.Point;
import io.baseload.service.planner.CapacityPlan.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The arithmetic of a plan: a roofline (Williams, Waterman and Patterson, 2009) plus the costs on top of it. Seconds, bytes, and multiply-adds; S sockets, b sequences with n
 * tokens each, width D of the residual stream, V tokens in the vocabulary.
 *
 * <pre>
 * largest   = largest part of such matrices, or of query heads / equal part of the uncut model
 * read      = largest · bytes of a matrix that a step reads / bandwidth
 * multiply  = largest · weights of the matrix · seconds of b rows a weight   by the kernel's rate from cache
 * stream    = the same by the kernel's rate with weights where the model's are, in memory or in caches; on a described machine max(read, multiply)
 * linear    = Σ over matrices stream
 * seen      = min(n, window), on average of the layers
 * read KV   = b · seen · KV of a token / bandwidth
 * attend    = largest · b · seen · layers · heads · (key + value width) / rate of attention
 * barriers  = number · duration of one + 2 · meeting          a step begins and ends with a meeting of all workers
 * meeting   = barrier of all workers; on a described machine that of a socket's (+ latency, with several sockets)
 * all-reduce = latency + b · D · 4 / link                     each socket reads the parts of all others, all links at once;
 *              2 · latency + 2 · b · D · 4 / (S · link)       where that is less: reduce-scatter and all-gather, each socket sends a share of 1/S to each other
 * all-reduce = barrier                                        shards in one socket: the sum is read from cache
 * gather    = latency + b · V · 4 / (S · link)               the logits
 * step      = linear + max(read KV, attend) + barriers + all-reduces + gather
 * decode    = b / step
 * </pre>
 *
 * A step's parts are summed, not the larger of all reading and all multiplying: there is a barrier between two operators, and no worker reads ahead of it.
 *
 * <p>Of the experts, a step reads those expected to be chosen, E · (1 − (1 − k/E)^b) of E, and each of them multiplies b·k / that rows.
 *
 * <pre>
 * prefill   = prompt / Σ over chunks (Σ over matrices largest · max(read, rows · weights that a row meets / GEMM rate) + attention + barriers + all-reduces)
 * </pre>
 *
 * Weights are cut over the sockets, or over the nodes of this machine, as the program cuts them into shards: a step takes as long as the largest shard's part ({@link PlannedParts}). KV heads lie with the
 * heads that use them; a head that several sockets need lies with each, and so do a latent vector that all heads share and a filter's state. Memory is what the engine estimates for a load with these sequences: it keeps
 * all tokens, also those that a window hides. So four sockets bring less than four times the rate of one: what is replicated, the shared part of the KV cache and the collectives remain. Barriers are those of a shard's
 * own workers; where shards share a socket, or don't correspond to this machine's memory nodes, an all-reduce is one of all its workers. This machine's nodes are its sockets, and its latency is a meeting.
 *
 * <p>Invariant: nothing here knows how a format is stored; bytes come from the engine's own packing of each matrix, rates from a measurement of its kernels. The cost of a plan is some
 * thousand additions.
 */
public final class CapacityPlanner {
    private static final int[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128};
    private static final int[] CONTEXTS = {128, 512, 2048, 8192, 32768, 131072};

    private static final String NOW = "estimates for the present program";
    private static final String CUT =
            "planned, with weights cut over the sockets as shards: no machine with several sockets has been measured";
    private static final String NODES =
            NOW + ", with weights cut over this machine's memory nodes: the bandwidth between nodes is assumed";

    private final ModelOutline model;
    private final ShardOutline cut;
    private final MemoryOutline memory;
    private final MachineProfile machine;

    /** Those that have a part of the model each. */
    private final int sockets;

    private final PlannedParts parts;

    private CapacityPlanner(ModelOutline model, ShardOutline cut, MemoryOutline memory, MachineProfile machine) {
        this.model = model;
        this.cut = cut;
        this.memory = memory;
        this.machine = machine;
        this.sockets = machine.bySocket(cut.shards()) ? machine.sockets() : 1;
        this.parts = PlannedParts.of(model, cut, sockets);
    }

    /**
     * Plans.
     *
     * @param name the model's, for display
     * @param options of which the sizes and the rates are
     * @param cut the model in shards; the figures of several sockets are those of one shard in each
     * @param memory of these shards
     */
    public static CapacityPlan plan(
            String name,
            Planner.Options options,
            ModelOutline model,
            ShardOutline cut,
            MemoryOutline memory,
            MachineProfile machine,
            PlanRequest request) {
        request.requireWithin(model);
        return new CapacityPlanner(model, cut, memory, machine).plan(name, options, request);
    }

    private CapacityPlan plan(String name, Planner.Options options, PlanRequest request) {
        StepTime step = step(request.batch(), request.context());
        double decode = request.batch() / step.seconds();
        double prefill = request.prompt() / prefillSeconds(request.prompt());
        List<Socket> each = sockets(request);
        boolean fits = each.stream().allMatch(Socket::fits);
        MachineRates rates = machine.rates();
        return new CapacityPlan(
                name,
                options.format().label(),
                options.precision().label(),
                options.kv().label(),
                machine.name(),
                machine.measured(),
                machine.sockets(),
                machine.kernels(),
                standing(),
                model.parameters(),
                request.batch(),
                request.context(),
                model.weightBytes(),
                model.scaleBytes(),
                model.kvBytesPerToken(),
                each.stream().mapToLong(Socket::kvBytes).sum(),
                each.stream().mapToLong(Socket::workingBytes).sum(),
                machine.memoryBytes(),
                fits,
                each,
                CapacityPlan.Shards.of(cut),
                rates.readBytesPerSecond(),
                stepReadBytes(request.batch(), request.context()),
                step,
                decode,
                prefill,
                oneSocket().decodeRate(request),
                fits ? step.bottleneck() : "memory capacity",
                fits ? step.next() : step.bottleneck(),
                users(request),
                request.leastRate(),
                cost(request.pricePerHour(), decode),
                cost(request.pricePerHour(), prefill),
                IntStream.of(BATCHES)
                        .mapToObj(batch -> point(request.withBatch(batch)))
                        .toList(),
                IntStream.of(CONTEXTS)
                        .filter(tokens -> tokens <= model.contextLength())
                        .mapToObj(tokens -> point(request.withContext(tokens)))
                        .toList(),
                notes());
    }

    private String standing() {
        return sockets == 1 ? NOW : machine.measured() ? NODES : CUT;
    }

    /** One of the sockets with the whole model. */
    private CapacityPlanner oneSocket() {
        return machine.sockets() == 1
                ? this
                : new CapacityPlanner(model, ShardOutline.whole(model), memory, machine.oneSocket());
    }

    private double decodeRate(PlanRequest request) {
        return request.batch() / step(request.batch(), request.context()).seconds();
    }

    /** A decode step of b sequences with n tokens each. */
    private StepTime step(int b, int n) {
        MachineRates rates = machine.rates();
        double read = 0;
        double multiply = 0;
        double linear = 0;
        for (Matrices some : model.matrices()) {
            double part = model.readPart(some, b);
            double largest = part * parts.largest(model, some.use());
            double weights = largest * some.weights();
            double rows = rows(some, b, part);
            double reading = largest * some.bytes() / rates.readBytesPerSecond();
            double streamed = weights * kernel(some).streamedSeconds(rows);
            read += reading;
            multiply += weights * kernel(some).decodeSeconds(rows);
            linear += machine.measured() ? streamed : Math.max(reading, streamed);
        }
        double seen = b * model.seen(n);
        return new StepTime(
                read,
                seen * parts.largestKvBytes() / rates.readBytesPerSecond(),
                multiply,
                seen * attentionPerToken() / rates.attentionDecode(),
                linear,
                barriers(),
                allReduces(b) + logits(b));
    }

    private long stepReadBytes(int b, int n) {
        return Math.round(parts.readBytes(model, b) + b * model.seen(n) * parts.allKvBytes());
    }

    private KernelRates kernel(Matrices some) {
        return Objects.requireNonNull(machine.rates().kernels().get(some.codes()));
    }

    /** Rows that a matrix multiplies in a step, on average of those that are read at all. */
    private double rows(Matrices some, int b, double part) {
        return some.use() == Use.EXPERT ? b * model.chosenPart(1) / part : b;
    }

    /** Seconds of a step's barriers, its beginning and its end. */
    private double barriers() {
        return model.barriers() * machine.rates().barrierSeconds() + 2 * machine.meetingSeconds();
    }

    /** Seconds of the all-reduces of b rows. */
    private double allReduces(int b) {
        if (sockets == 1) {
            return parts.count() == 1 ? 0 : model.allReduces() * machine.rates().meetingSeconds();
        }
        double share = Float.BYTES * (double) b / (sockets * machine.linkBytesPerSecond());
        double direct = machine.linkSeconds() + sockets * share * model.hidden();
        double allReduce = Math.min(direct, 2 * machine.linkSeconds() + 2 * share * model.hidden());
        return model.allReduces() * allReduce;
    }

    /** Seconds in which b rows of logits are gathered. */
    private double logits(int b) {
        return sockets == 1
                ? 0
                : machine.linkSeconds()
                        + Float.BYTES * (double) b / (sockets * machine.linkBytesPerSecond()) * model.vocabulary();
    }

    /** Multiply-adds of attention for each token that a row sees, if all parts had as many heads as the largest. */
    private double attentionPerToken() {
        return parts.largestHeads(model) * model.layerCount() * model.heads() * (model.keyDim() + model.valueDim());
    }

    private double prefillSeconds(int prompt) {
        MachineRates rates = machine.rates();
        double seconds = 0;
        for (int from = 0; from < prompt; from += model.promptRows()) {
            int rows = Math.min(model.promptRows(), prompt - from);
            for (Matrices some : model.matrices()) {
                if (!some.head()) {
                    double read = model.readPart(some, rows) * some.bytes() / rates.readBytesPerSecond();
                    double met = rows * model.readPart(some, 1) * some.weights();
                    seconds += parts.largest(model, some.use())
                            * Math.max(read, met / kernel(some).prompt());
                }
            }
            double seen = model.seenByAll(from + rows) - model.seenByAll(from);
            seconds += seen * attentionPerToken() / rates.attentionPrompt() + barriers() + allReduces(rows);
        }
        return seconds;
    }

    private List<Socket> sockets(PlanRequest request) {
        List<MemoryEstimate> loads = loads(request);
        return sockets == 1
                ? List.of(socket(0, parts.allBytes() + parts.count() * model.vectorBytes(), sum(loads)))
                : IntStream.range(0, sockets)
                        .mapToObj(i -> socket(i, parts.bytes().get(i) + model.vectorBytes(), loads.get(i)))
                        .toList();
    }

    private Socket socket(int socket, long weights, MemoryEstimate load) {
        return new Socket(
                socket, weights, load.kvCache(), load.scratch() + load.activations(), machine.memoryBytes() / sockets);
    }

    /** What a load of each part takes beside its weights. Equal parts share what the shards need for working. */
    private List<MemoryEstimate> loads(PlanRequest request) {
        List<MemoryEstimate> shards = memory.shards(request.batch(), request.context());
        if (parts.shards()) {
            return shards;
        }
        MemoryEstimate all = sum(shards);
        long kv = (long) request.batch()
                * request.context()
                * parts.kvBytesPerToken().getFirst();
        var each = new MemoryEstimate(
                0, kv, Math.ceilDiv(all.scratch(), sockets), Math.ceilDiv(all.activations(), sockets));
        return Collections.nCopies(sockets, each);
    }

    private static MemoryEstimate sum(List<MemoryEstimate> parts) {
        return parts.stream().reduce(MemoryEstimate.NONE, MemoryEstimate::plus);
    }

    private boolean fits(PlanRequest request) {
        return sockets(request).stream().allMatch(Socket::fits);
    }

    private Point point(PlanRequest request) {
        StepTime step = step(request.batch(), request.context());
        boolean fits = fits(request);
        return new Point(
                request.batch(),
                request.context(),
                request.batch() / step.seconds(),
                1 / step.seconds(),
                fits,
                fits ? step.bottleneck() : "memory capacity");
    }

    /** The more sequences, the longer a step: the largest number is found by binary search. */
    private int users(PlanRequest request) {
        int most = 0;
        int tooMany = PlanRequest.MAX_SEQUENCES + 1;
        while (tooMany - most > 1) {
            int some = (most + tooMany) / 2;
            PlanRequest many = request.withBatch(some);
            if (decodeRate(many) / some >= request.leastRate() && fits(many)) {
                most = some;
            } else {
                tooMany = some;
            }
        }
        return most;
    }

    private static OptionalDouble cost(OptionalDouble pricePerHour, double tokensPerSecond) {
        return pricePerHour.isPresent()
                ? OptionalDouble.of(costOfMillion(pricePerHour.getAsDouble(), tokensPerSecond))
                : OptionalDouble.empty();
    }

    /** price / (3600 s · tokens/s) · 10⁶ */
    static double costOfMillion(double pricePerHour, double tokensPerSecond) {
        return pricePerHour / 3600 / tokensPerSecond * 1e6;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        cut.fewer().ifPresent(why -> notes.add(why + "."));
        notes.add(
                machine.measured()
                        ? "Rates of memory, kernels, attention and barriers were measured on this machine now;"
                                + " whatever else ran made them smaller. Linear layers take as long as kernels whose"
                                + " weights are in memory, which can be longer than reading and multiplying alone."
                        : "The machine is described: bandwidth is channels · MT/s · 8 bytes · read_factor, kernels run"
                                + " at the rates of a core with the same instructions (isa), which were measured, and"
                                + " barriers (barrier_us) and, between sockets, latency (link_us) and bandwidth (upi)"
                                + " are assumed unless they are given.");
        if (machine.measured() && machine.shards() != cut.shards()) {
            notes.add("Rates were measured with " + shards(machine.shards()) + "; that they are the same with "
                    + shards(cut.shards()) + " is assumed.");
        }
        if (machine.measured() && machine.sockets() > 1) {
            notes.add(
                    sockets > 1
                            ? "Each of this machine's " + sockets + " memory nodes counts as a socket. A message from"
                                    + " one to another takes as long as a meeting of all workers, which was measured;"
                                    + String.format(
                                            Locale.ROOT,
                                            " the link's bandwidth of %.0f GB/s is assumed.",
                                            machine.linkBytesPerSecond() / 1e9)
                            : "The figures are those of " + shards(cut.shards()) + " on all " + machine.sockets()
                                    + " memory nodes of this machine together. The time in which data crosses from node"
                                    + " to node is not counted, except in meetings of all workers.");
        }
        if (sockets > 1) {
            notes.add("Several sockets bring less than as many times one socket's rate: barriers and collectives stay,"
                    + " and what all sockets need of the KV cache is read by each.");
            if (!parts.shards()) {
                notes.add("The figures are those of " + sockets + " equal parts, one for each socket, not of "
                        + shards(cut.shards()) + ".");
            }
        }
        return notes;
    }

    private static String shards(int count) {
        return count == 1 ? "1 shard" : count + " shards";
    }
}
