package io.baseload.service.outbound;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.encryption.MasterKeys;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretsTest {
    @Test
    void variablesThatConfigureTheServiceCannotBeNamed() {
        var secrets = new Secrets(Path.of("keys"), MasterKeys.of(List.of()));
        for (String ours : List.of(
                "SPRING_DATASOURCE_PASSWORD",
                "BASELOAD_BOOTSTRAP_KEY",
                "AWS_SECRET_ACCESS_KEY",
                "aws_session_token",
                "OTEL_EXPORTER_OTLP_HEADERS",
                "PGPASSWORD",
                "PG2_KEY")) {
            assertThatThrownBy(() -> secrets.check(new Secret.Environment(ours), "api_key"))
                    .as(ours)
                    .hasMessageContaining("does not configure this service");
        }
        assertThatThrownBy(() -> secrets.check(new Secret.Environment("NO_SUCH_VARIABLE_AT_ALL"), "api_key"))
                .hasMessageContaining("there is no environment variable");
    }
}
