package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

class BaseloadRuntimeHintsTest {
    private static final Path RESOURCES = Path.of("src/main/resources");

    @Test
    void eachFileOfTheLibraryIsNamed() throws Exception {
        RuntimeHints hints = new RuntimeHints();
        new BaseloadRuntimeHints().registerHints(hints, getClass().getClassLoader());
        List<String> files = Stream.concat(files("engine"), files("chat")).toList();
        assertThat(files)
                .isNotEmpty()
                .allMatch(file ->
                        RuntimeHintsPredicates.resource().forResource(file).test(hints));
    }

    private static Stream<String> files(String layer) throws Exception {
        try (Stream<Path> files = Files.walk(RESOURCES.resolve("io/baseload").resolve(layer))) {
            return files
                    .filter(Files::isRegularFile)
                    .map(file -> RESOURCES.relativize(file).toString().replace('\\', '/'))
                    .toList()
                    .stream();
        }
    }
}
