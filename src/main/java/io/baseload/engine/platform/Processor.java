package io.baseload.engine.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The vendor of this machine's processor, as Linux tells it. */
public final class Processor {
    private static final Set<String> AMD = Set.of("AuthenticAMD", "HygonGenuine");
    private static final String VENDOR = "vendor_id";

    private Processor() {}

    /** Whether it is one of AMD's designs. False where the system doesn't tell. */
    public static boolean isAmd() {
        try {
            return isAmd(Files.readAllLines(Path.of("/proc/cpuinfo")));
        } catch (IOException notLinux) {
            return false;
        }
    }

    static boolean isAmd(List<String> description) {
        return description.stream()
                .filter(line -> line.startsWith(VENDOR))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .anyMatch(AMD::contains);
    }
}
