package io.baseload.engine.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** This machine's processor, as Linux describes it; elsewhere nothing is known of it. */
public final class Processor {
    private static final Set<String> AMD = Set.of("AuthenticAMD", "HygonGenuine");

    private Processor() {}

    /** Whether it is one of AMD's designs. */
    public static boolean isAmd() {
        return isAmd(description());
    }

    static boolean isAmd(List<String> description) {
        return AMD.contains(value(description, "vendor_id"));
    }

    /** Whether it has tiles for BF16 (AMX). */
    static boolean hasBf16Tiles() {
        return hasBf16Tiles(description());
    }

    static boolean hasBf16Tiles(List<String> description) {
        return flags(description).contains("amx_bf16");
    }

    static List<String> description() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo"));
        } catch (IOException notLinux) {
            return List.of();
        }
    }

    /** The names of what it has, of x86-64. */
    static Set<String> flags(List<String> description) {
        return Set.copyOf(List.of(value(description, "flags").split("\\s+")));
    }

    /** Of the first processor; empty if there is none. */
    private static String value(List<String> description, String name) {
        return description.stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("");
    }
}
