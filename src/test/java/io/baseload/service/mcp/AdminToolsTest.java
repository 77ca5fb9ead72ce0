package io.baseload.service.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdminToolsTest {
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
