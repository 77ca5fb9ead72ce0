package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.LogMessages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class MachineCodeTest {
    private static final boolean HERE =
            "amd64".equals(System.getProperty("os.arch")) && "Linux".equals(System.getProperty("os.name"));

    @Test
    void isAvailableIfTheSystemAllowsIt() {
        assertThat(MachineCode.available()).isEqualTo(HERE);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void aFunctionWritesToMemoryAndToArrays() {
        var code = new Assembler(256);
        code.store(Assembler.at(Assembler.Integer64.RSI, 8), Assembler.Integer64.RDI);
        code.returns();
        MachineCode function = MachineCode.of(code.code());
        long[] array = {1, 2, 3};
        function.call(7, MemorySegment.ofArray(array));
        assertThat(array).containsExactly(1, 7, 3);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
            function.call(8, memory);
            assertThat(memory.toArray(ValueLayout.JAVA_LONG)).containsExactly(1, 8, 3);
        }
    }

    @Test
    void aSystemThatRefusesItIsLogged() {
        try (var messages = new LogMessages(MachineCode.class.getName())) {
            assertThat(MachineCode.available(code -> {
                        throw new IllegalStateException("no executable memory");
                    }))
                    .isFalse();
            assertThat(messages.texts())
                    .isEqualTo(
                            HERE
                                    ? List.of(
                                            "WARNING: Linear layers and attention of prompts are computed more slowly:"
                                                    + " no executable memory")
                                    : List.of());
        }
    }
}
