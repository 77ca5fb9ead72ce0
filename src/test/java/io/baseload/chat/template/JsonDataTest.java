package io.baseload.chat.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonDataTest {
    @Test
    void theNumberOfValuesIsLimited() {
        assertThat(JsonData.parse(list(50_000))).isInstanceOf(List.class);
        assertThatThrownBy(() -> JsonData.parse(list(200_000))).isInstanceOf(IllegalArgumentException.class);
    }

    private static String list(int size) {
        return "[" + "1,".repeat(size - 1) + "1]";
    }
}
