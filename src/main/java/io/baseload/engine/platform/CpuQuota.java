package io.baseload.engine.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The time for which a control group's CPU quota has stopped this process: from {@code cpu.stat} of its group, version 2 or 1. Reading it allocates nothing. Used by one thread at a time.
 */
public final class CpuQuota {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final String MICROS = "throttled_usec ";
    private static final String NANOS = "throttled_time ";

    private final Optional<FileChannel> statistics;
    private final ByteBuffer text = ByteBuffer.allocateDirect(1024);

    private CpuQuota(Optional<FileChannel> statistics) {
        this.statistics = statistics;
    }

    /** The quota of this process; as if there were none if the system has no such file. */
    public static CpuQuota ofThisProcess() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
                String[] fields = line.split(":", 3);
                List<String> controllers = List.of(fields[1].split(",", -1));
                if (controllers.contains("cpu") || line.startsWith("0::")) {
                    Optional<FileChannel> file = open(ROOT.resolve(fields[1]), fields[2].substring(1));
                    if (file.isPresent()) {
                        return new CpuQuota(file);
                    }
                }
            }
        } catch (IOException | RuntimeException notLinux) {
            return new CpuQuota(Optional.empty());
        }
        return new CpuQuota(Optional.empty());
    }

    /** In a container the group is often the root of the visible hierarchy. */
    private static Optional<FileChannel> open(Path controller, String group) throws IOException {
        for (Path folder : List.of(controller.resolve(group), controller)) {
            Path file = folder.resolve("cpu.stat");
            if (Files.isReadable(file)) {
                return Optional.of(FileChannel.open(file, StandardOpenOption.READ));
            }
        }
        return Optional.empty();
    }

    /** The total time for which the group has been stopped, in nanoseconds; 0 if unknown. */
    public long throttledNanos() {
        if (statistics.isEmpty()) {
            return 0;
        }
        text.clear();
        try {
            statistics.get().read(text, 0);
        } catch (IOException gone) {
            return 0;
        }
        text.flip();
        long micros = number(MICROS);
        return micros >= 0 ? micros * 1000 : Math.max(0, number(NANOS));
    }

    /** The number after a label; −1 if there is none. */
    private long number(String label) {
        for (int at = 0; at + label.length() < text.limit(); at++) {
            if (startsWith(label, at)) {
                long number = 0;
                for (int i = at + label.length(); i < text.limit() && text.get(i) >= '0' && text.get(i) <= '9'; i++) {
                    number = 10 * number + text.get(i) - '0';
                }
                return number;
            }
        }
        return -1;
    }

    private boolean startsWith(String label, int at) {
        for (int i = 0; i < label.length(); i++) {
            if (text.get(at + i) != label.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
