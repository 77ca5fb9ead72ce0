package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.quota.UsageQuery;
import io.baseload.service.quota.UsageQuery.Column;
import io.baseload.service.quota.UsageRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageCsvTest {
    private static final UsageQuery BY_MODEL_AND_KEY =
            new UsageQuery(Optional.empty(), Instant.EPOCH, Instant.EPOCH, Set.of(Column.MODEL, Column.KEY));

    @Test
    void linesAreAsTheRfcHasThem() {
        var rows = List.of(
                row("bl_a", "plain", Optional.of(new BigDecimal("0.000084000000"))),
                row("bl_b", "with, comma and \"quotes\"", Optional.empty()));
        assertThat(UsageCsv.of(BY_MODEL_AND_KEY, rows))
                .isEqualTo("key_prefix,model,requests,prompt_tokens,cached_tokens,completion_tokens,cost\r\n"
                        + "bl_a,plain,1,2,3,4,0.000084\r\n"
                        + "bl_b,\"with, comma and \"\"quotes\"\"\",1,2,3,4,\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "\uFF1D1"})
    void nothingIsTakenForAFormula(String name) {
        assertThat(UsageCsv.text(name)).startsWith("\"'").endsWith("\"").contains(name.replace("\"", "\"\""));
    }

    private static UsageRow row(String key, String model, Optional<BigDecimal> cost) {
        return new UsageRow(Map.of(Column.KEY, key, Column.MODEL, model), 1, 2, 3, 4, cost);
    }
}
