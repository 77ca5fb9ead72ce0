package io.baseload.service.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealingKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedReasoningTest {
    private static final String THOUGHT = "Why not? – I'd say.";
    private static final String ENCODED =
            Base64.getEncoder().encodeToString("Why not".getBytes(StandardCharsets.UTF_8));

    private final SealedReasoning reasoning = new SealedReasoning(key());

    private static MasterKeys key() {
        return MasterKeys.of(List.of(Base64.getEncoder().encodeToString(SealingKey.random(SealingKey.BYTES))));
    }

    @Test
    void onlyItsTenantOpensIt() {
        String sealed = reasoning.seal("acme", THOUGHT);
        assertThat(sealed).doesNotContain("Why", ENCODED);
        assertThat(reasoning.open("acme", sealed)).contains(THOUGHT);
        assertThat(reasoning.open("other", sealed)).isEmpty();
        assertThat(new SealedReasoning(key()).open("acme", sealed)).isEmpty();
    }

    @Test
    void withoutAMasterKeyItIsEncodedOnly() {
        String sealed = new SealedReasoning(MasterKeys.of(List.of())).seal("acme", THOUGHT);
        assertThat(sealed).startsWith("encoded:" + ENCODED.substring(0, 8));
        assertThat(reasoning.open("acme", sealed)).as("once there is a key").contains(THOUGHT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gAAAAABo", "encoded:", "encoded:*", "sealed:", "sealed:00000000:AAAA", "sealed::*"})
    void whatIsNotOfThisServiceIsNone(String foreign) {
        assertThat(reasoning.open("acme", foreign)).isEmpty();
    }

    @Test
    void aChangedOneIsNone() {
        String sealed = reasoning.seal("acme", THOUGHT);
        String prefix = sealed.substring(0, sealed.lastIndexOf(':') + 1);
        assertThat(reasoning.open("acme", prefix)).isEmpty();
        assertThat(reasoning.open("acme", prefix + "AAAA")).isEmpty();
        assertThat(reasoning.open("acme", prefix + "*")).isEmpty();
    }
}
