package io.baseload.service.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdminToolsTest {
    @Test
    void anIntegerIsPassedAsAWholeNumber() {
        var limit = AdminTool.reading("some", "/some", "some")
                .inParts()
                .in(AdminTool.Location.QUERY)
                .getFirst();
        var large = new BigInteger("999999999999999999999999");
        assertThat(limit.read(10)).contains(10);
        assertThat(limit.read(10.0)).contains(BigInteger.TEN);
        assertThat(limit.read(1e23)).contains(BigInteger.TEN.pow(23));
        assertThat(limit.read(large)).contains(large);
        assertThat(List.<Object>of(10.5, Double.NaN, Double.NEGATIVE_INFINITY, "10", true))
                .allMatch(value -> limit.read(value).isEmpty());
    }

    /** Not every list's next part is named by an id: that of the usage is a number of rows. */
    @Test
    void theNextPartOfAListIsNamedByItsAnswer() {
        var lists = AdminTools.of(false).stream()
                .flatMap(tool -> tool.in(AdminTool.Location.QUERY).stream())
                .filter(parameter -> parameter.name().equals("after"))
                .filter(parameter -> parameter.type().equals("string"))
                .toList();
        assertThat(lists)
                .isNotEmpty()
                .allSatisfy(parameter -> assertThat(parameter.description()).contains("next of the previous part"));
    }
}
