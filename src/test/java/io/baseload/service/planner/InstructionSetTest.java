package io.baseload.service.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MachineRates.KernelRates;
import io.baseload.engine.tensor.Codes;
import io.baseload.service.planner.InstructionSet.AttentionRates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Described machines have a rate for whatever a model's file or cache may have, and docs/planner.md has these rates. */
class InstructionSetTest {
    private static final Path PAGE = Path.of("docs/planner.md");

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    private static KernelRates kernel(String set, Codes codes) {
        KernelRates rates = InstructionSet.named(set).orElseThrow().kernels().get(lower(codes));
        return Objects.requireNonNull(rates, () -> set + " has no rate for " + codes);
    }

    private static AttentionRates attention(String set, KvPrecision kv) {
        return Objects.requireNonNull(
                InstructionSet.named(set).orElseThrow().attention().get(kv));
    }

    private static String decode(String set, Codes codes) {
        return kernel(set, codes).decode().stream()
                .map(rate -> String.format(Locale.ROOT, "%.1f", rate / 1e9))
                .collect(Collectors.joining(", "));
    }

    private static String prompt(String set, Codes codes) {
        return String.format(Locale.ROOT, "%.0f", kernel(set, codes).prompt() / 1e9);
    }

    private static List<String> row(String name) throws IOException {
        String start = "| `" + name + "` |";
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith(start))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void eachKindOfCodesHasItsRates(Codes codes) throws IOException {
        for (String set : InstructionSet.labels()) {
            KernelRates rates = kernel(set, codes);
            assertThat(rates.prompt()).as(set).isPositive();
            assertThat(rates.decode()).as(set).allMatch(rate -> rate > 0);
        }
        String rates = String.join(
                " | ",
                decode("avx512", codes),
                prompt("avx512", codes),
                prompt("amx", codes),
                decode("avx2", codes),
                prompt("avx2", codes));
        assertThat(row(lower(codes))).as(rates).anyMatch(row -> row.endsWith("| " + rates + " |"));
        assertThat(decode("amx", codes)).isEqualTo(decode("avx512", codes));
    }

    @ParameterizedTest
    @EnumSource
    void eachFormatOfKeysAndValuesHasItsRates(KvPrecision kv) throws IOException {
        AttentionRates avx512 = attention("avx512", kv);
        AttentionRates avx2 = attention("avx2", kv);
        assertThat(List.of(avx512.decode(), avx512.prompt(), avx2.decode(), avx2.prompt()))
                .allMatch(rate -> rate > 0);
        String rates = String.format(
                Locale.ROOT,
                "%.1f | %.1f | %.1f | %.1f",
                avx512.decode(),
                avx512.prompt(),
                avx2.decode(),
                avx2.prompt());
        assertThat(row(kv.label())).as(rates).anyMatch(row -> row.endsWith("| " + rates + " |"));
        assertThat(attention("amx", kv)).isEqualTo(avx512);
    }
}
