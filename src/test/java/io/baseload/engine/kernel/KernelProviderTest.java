package io.baseload.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.platform.VectorInstructions;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class KernelProviderTest {
    /** Runs in a JVM of its own. */
    static final class Main {
        public static void main(String[] args) {
            System.out.println(
                    Kernels.best().name() + ", again: " + Kernels.best().name());
        }
    }

    @Test
    void theVectorTwinRunsWhereItsModuleIs() {
        assertTrue(Kernels.best().name().startsWith("vector"), Kernels.best().name());
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theKernelsOfPlainWeightsInAnswersAreNamed(Precision precision) {
        int bits = Lanes.FLOATS.vectorBitSize();
        String expected = VectorInstructions.best(bits)
                .filter(set -> set.bits() == bits)
                .map(VectorInstructions::label)
                .orElse("vector");
        String decode = Kernels.best(precision).tiers().decode();
        assertTrue(decode.contains("f32, " + expected), decode);
    }

    @Test
    void withoutTheModuleTheScalarTwinRunsWithOneWarningThatGivesTheFlag() throws Exception {
        String output = run(0);
        assertTrue(output.contains("scalar, again: scalar"), output);
        assertEquals(2, output.split("--add-modules jdk.incubator.vector", -1).length, output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1"})
    void withoutTheOptimizingCompilerNothingRuns(String flag) throws Exception {
        String output = run(1, flag, "--add-modules=jdk.incubator.vector");
        assertTrue(output.contains("without its optimizing compiler"), output);
        assertTrue(output.contains("unless optimizedLaunch is false"), output);
    }

    /** As on processors before 2013, and in virtual machines that hide what theirs has. */
    @Test
    void withoutFusedMultiplyAddsNothingRuns() throws Exception {
        String output = run(1, "-XX:-UseFMA", "--add-modules=jdk.incubator.vector");
        assertTrue(output.contains("no instructions for fused multiply-adds"), output);
    }

    private static String run(int exit, String... flags) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder(Kernels.class) + File.pathSeparator + folder(Main.class)));
        command.addAll(List.of(flags));
        command.add(Main.class.getName());
        Process java = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(exit, java.waitFor(), output);
        return output;
    }

    private static String folder(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
