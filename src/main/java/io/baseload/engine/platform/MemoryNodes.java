package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** The NUMA nodes of memory pages, from Linux's {@code move_pages}, called without moving any. */
public final class MemoryNodes {
    private static final Logger LOG = System.getLogger(MemoryNodes.class.getName());
    private static final long PAGE = 4096;

    /** Returns the address of an array while the collector can't move it. */
    private static final MethodHandle MOVE = NativeLibrary.system()
            .function(
                    "memmove",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
                    Linker.Option.critical(true));

    /** Pages sampled in each segment. */
    private static final int SAMPLES = 8;

    private MemoryNodes() {}

    /**
     * The nodes of some pages.
     *
     * @param nodes the number of pages on each node
     * @param unknown the number of pages without a node, by the system's error number: 2 (ENOENT) for untouched pages, and on some kernels for pages that NUMA balancing is watching; 14
     * (EFAULT) for the page of zeros that untouched memory shares
     */
    public record Sample(SortedMap<Integer, Integer> nodes, SortedMap<Integer, Integer> unknown) {
        @Override
        public String toString() {
            if (nodes.isEmpty() && unknown.isEmpty()) {
                return "the system doesn't tell";
            }
            return unknown.isEmpty() ? nodes.toString() : nodes + ", without a node by error number: " + unknown;
        }
    }

    /**
     * Samples some pages, evenly distributed over each of these segments; empty if the system doesn't support it. Of an array in the heap that the collector moves meanwhile, it samples the pages where it was.
     */
    public static Sample of(List<MemorySegment> pieces) {
        var sample = new Sample(new TreeMap<>(), new TreeMap<>());
        long[] pages = pieces.stream()
                .filter(piece -> piece.byteSize() > 0)
                .flatMapToLong(piece -> {
                    long address = address(piece);
                    return LongStream.range(0, SAMPLES).map(i -> address + piece.byteSize() / SAMPLES * i);
                })
                .map(address -> address / PAGE * PAGE)
                .distinct()
                .toArray();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment addresses = arena.allocateFrom(ValueLayout.JAVA_LONG, pages);
            MemorySegment nodes = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, pages.length));
            if (ask(pages.length, addresses, nodes)) {
                for (int i = 0; i < pages.length; i++) {
                    int node = nodes.getAtIndex(ValueLayout.JAVA_INT, i);
                    if (node >= 0) {
                        sample.nodes().merge(node, 1, Integer::sum);
                    } else {
                        sample.unknown().merge(-node, 1, Integer::sum);
                    }
                }
            }
        }
        return sample;
    }

    private static long address(MemorySegment piece) {
        if (piece.isNative()) {
            return piece.address();
        }
        try {
            return (long) MOVE.invokeExact(piece, piece, 0L);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static boolean ask(long count, MemorySegment pages, MemorySegment nodes) {
        long number = number();
        if (number < 0 || count == 0) {
            return false;
        }
        try {
            MethodHandle syscall = NativeLibrary.system()
                    .function(
                            "syscall",
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG),
                            Linker.Option.firstVariadicArg(1));
            long result = (long) syscall.invokeExact(number, 0L, count, pages, MemorySegment.NULL, nodes, 0L);
            return result == 0;
        } catch (Throwable unavailable) {
            LOG.log(Level.DEBUG, "the system doesn't say where memory lies", unavailable);
            return false;
        }
    }

    private static long number() {
        boolean linux = System.getProperty("os.name").equals("Linux");
        return switch (System.getProperty("os.arch")) {
            case "amd64" -> linux ? 279 : -1;
            case "aarch64" -> linux ? 239 : -1;
            default -> -1;
        };
    }
}
