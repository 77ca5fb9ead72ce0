package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.FirstKey;
import io.baseload.testing.TestPlatform;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class FirstKeysTest {
    /** Whatever happens to the rest of the start: nothing shows the key again. */
    @Test
    void aGeneratedKeyIsPrintedWhenItIsStored(CapturedOutput output) {
        try (TestPlatform fresh = TestPlatform.fresh()) {
            var first = fresh.get(FirstKey.class);
            new FirstKeys(first, new StandardEnvironment()).afterSingletonsInstantiated();
            Matcher printed = Pattern.compile("The first key, an operator's, shown this once: (\\S+)")
                    .matcher(output.getAll());
            assertThat(printed.find()).as(output.getAll()).isTrue();
            assertThat(fresh.get(ApiKeys.class).authenticate(printed.group(1))).isPresent();
            new FirstKeys(first, new StandardEnvironment()).afterSingletonsInstantiated();
            assertThat(output.getAll()).containsOnlyOnce("The first key");
        }
    }
}
