package io.baseload.service.planner;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.Precision;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A machine as described for a plan.
 *
 * @param name for display
 * @param measured whether its rates were measured here; otherwise they follow from a description
 * @param sockets among which weights are split; of this machine, memory nodes
 * @param shards into which the program cuts a model there by default; of this machine, those with which it was measured
 * @param linkBytesPerSecond between two sockets, one way; never measured
 * @param linkSeconds time of a message from one socket to another, however short
 * @param kernels those whose rates these are
 * @param memoryBytes for models, of all sockets together
 * @param rates of all sockets together
 */
public record MachineProfile(
        String name,
        boolean measured,
        int sockets,
        int shards,
        double linkBytesPerSecond,
        double linkSeconds,
        KernelTiers kernels,
        long memoryBytes,
        MachineRates rates) {
    private static final Set<String> SETTINGS = Set.of(
            "sockets", "channels", "mts", "cores", "isa", "read_factor", "upi", "barrier_us", "link_us", "memory_gb");

    /** A transfer of a DDR channel, in bytes. */
    private static final int CHANNEL_BYTES = 8;

    /** The share of the theoretical rate that reads achieve: the article measured 995 of 1228.8 GB/s. */
    static final double READ_FACTOR = 0.81;

    /** A link of UPI 2.0: 16 GT/s on 24 lanes. */
    private static final double UPI_GB = 48;

    /** The time in which a counter moves from one core of a socket to another; assumed. A barrier of two cores with a common cache, two moves, took 0.09. */
    static final double MOVE_MICROS = 0.08;

    /** The cores of a cache, which meet before one of them meets those of other caches; assumed. */
    private static final int CACHE_CORES = 8;

    /** A message to another socket, including its synchronization; assumed. */
    static final double LINK_MICROS = 3;

    /** Inspur's server of the article: four sockets with eight channels of DDR5-4800. Its cores are an assumption. */
    private static final String NF8260G7 = "sockets=4,channels=8,mts=4800,cores=32,isa=amx,memory_gb=16384";

    public static final String THIS = "this";

    /**
     * This machine, measured as a whole, by the workers of all its shards together. Messages between its memory nodes take as long as a meeting of all workers, which crosses them.
     *
     * @param nodes memory nodes with workers
     */
    public static MachineProfile of(MachineRates rates, int shards, int nodes, long memoryBytes, KernelTiers kernels) {
        return new MachineProfile(
                "this machine", true, nodes, shards, UPI_GB * 1e9, rates.meetingSeconds(), kernels, memoryBytes, rates);
    }

    /** Whether a model in so many shards is planned socket by socket. The rates of a measured machine are those of its shards, whichever nodes they have: of single nodes only if these shards had one each. */
    boolean bySocket(int planned) {
        return !measured || planned == sockets && planned == shards;
    }

    /** One of its sockets. */
    MachineProfile oneSocket() {
        return sockets == 1
                ? this
                : new MachineProfile(
                        name,
                        measured,
                        1,
                        1,
                        linkBytesPerSecond,
                        linkSeconds,
                        kernels,
                        memoryBytes / sockets,
                        rates.part(1.0 / sockets));
    }

    /** A barrier of all workers. On a described machine it takes a barrier of a socket's workers and, between sockets, a message; a measured one includes the messages. */
    double meetingSeconds() {
        return rates.meetingSeconds() + (measured || sockets == 1 ? 0 : linkSeconds);
    }

    /**
     * A machine by name or by a description such as {@code sockets=4,channels=8,mts=4800,cores=32,isa=avx512}.
     *
     * @param group query heads of the model that share keys and values
     * @throws io.baseload.chat.api.InvalidRequestException if it is neither, or the arithmetic is one whose rates are unknown
     */
    public static MachineProfile described(String text, int group, Planner.Options options) {
        if (text.equals("nf8260g7")) {
            return described(text, Settings.parse("machine", NF8260G7), group, options);
        }
        if (!text.contains("=")) {
            throw PlanRequest.refuse(
                    "machine",
                    "must be this, nf8260g7, or a description such as"
                            + " sockets=4,channels=8,mts=4800,cores=32,isa=avx512");
        }
        return described(Settings.parse("machine", text), group, options);
    }

    /** The default for keys and values: this machine's own, or that of a described one, which is x86-64 and converts F16 in machine code. */
    public static KvPrecision defaultKv(boolean described, Precision arithmetic) {
        return described ? KvPrecision.defaultOf(arithmetic, true) : KvPrecision.defaultOf(arithmetic);
    }

    /** A machine of these settings. */
    public static MachineProfile described(Settings settings, int group, Planner.Options options) {
        String name = settings.values().entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(","));
        return described(name, settings, group, options);
    }

    private static MachineProfile described(String name, Settings settings, int group, Planner.Options options) {
        if (options.precision() != Precision.FAST) {
            throw PlanRequest.refuse(
                    "precision",
                    "must be fast for a machine that is described: its rates are those of fast arithmetic");
        }
        settings.allow(SETTINGS);
        int sockets = settings.integer("sockets", 1, 64, 1);
        int cores = settings.integer("cores", 1, 1024);
        double theoretical =
                theoretical(sockets, settings.integer("channels", 1, 64), settings.number("mts", 1, 100_000));
        double read = theoretical * settings.number("read_factor", 0.01, 1, READ_FACTOR);
        double barrier = settings.number("barrier_us", 0, 1e6, moves(cores) * MOVE_MICROS) / 1e6;
        long memory = (long) (settings.number("memory_gb", 1, 1e9) * 1e9);
        InstructionSet set = InstructionSet.named(settings.text("isa").orElse("avx512"))
                .orElseThrow(() -> settings.refuse("isa", "must be one of " + InstructionSet.labels()));
        return new MachineProfile(
                name,
                false,
                sockets,
                sockets,
                settings.number("upi", 0.001, 1e6, UPI_GB) * 1e9,
                settings.number("link_us", 0, 1e6, LINK_MICROS) / 1e6,
                set.tiers(),
                memory,
                set.rates(sockets * cores, read, barrier, group, options.kv()));
    }

    /** The moves of counters from core to core, one after the other, in a barrier of a socket's workers: those of a cache meet, then one of each cache. */
    static int moves(int cores) {
        return cores <= CACHE_CORES ? cores : CACHE_CORES + Math.ceilDiv(cores, CACHE_CORES);
    }

    /** Bytes per second: sockets · channels · MT/s · 8. */
    static double theoretical(int sockets, int channels, double megatransfers) {
        return sockets * channels * megatransfers * 1e6 * CHANNEL_BYTES;
    }
}
