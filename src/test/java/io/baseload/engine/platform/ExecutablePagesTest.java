package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The memory of functions in machine code. */
class ExecutablePagesTest {
    /** Stores its own address where its parameter points: {@code lea rax, [rip-7]; mov [rdi], rax; ret}. */
    private static final byte[] WHERE = HexFormat.of().parseHex("488d05f9ffffff488907c3");

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void thePageOfAFunctionCanBeExecutedButNotWritten() throws IOException {
        MachineCode function = MachineCode.of(WHERE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ValueLayout.JAVA_LONG);
            function.call(address.address());
            assertThat(rights(address.get(ValueLayout.JAVA_LONG, 0))).isEqualTo("r-xp");
        }
    }

    /** The rights of the mapping around an address. */
    private static String rights(long address) throws IOException {
        List<String> mappings = Files.readAllLines(Path.of("/proc/self/maps"));
        return mappings.stream()
                .filter(line -> {
                    String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
                    return Long.parseUnsignedLong(range[0], 16) <= address
                            && address < Long.parseUnsignedLong(range[1], 16);
                })
                .map(line -> line.split(" ", 3)[1])
                .findFirst()
                .orElseThrow();
    }
}
