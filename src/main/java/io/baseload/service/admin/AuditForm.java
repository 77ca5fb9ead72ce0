package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.baseload.service.audit.AuditEntry;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.HexFormat;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * An entry of the audit trail in JSON.
 *
 * @param detail the JSON text that was hashed, character for character
 */
@JsonNaming(SnakeCaseStrategy.class)
record AuditForm(
        long seq,
        Instant at,
        String kind,
        Actor actor,
        String subject,
        @JsonRawValue @Schema(type = "object") String detail,
        String previousHash,
        String hash) {

    @JsonNaming(SnakeCaseStrategy.class)
    record Actor(String tenant, String keyPrefix) {}

    static AuditForm of(AuditEntry entry) {
        return new AuditForm(
                entry.seq(),
                entry.at(),
                entry.kind(),
                new Actor(entry.actor().tenant(), entry.actor().keyPrefix()),
                entry.subject(),
                entry.detail(),
                HexFormat.of().formatHex(entry.previousHash()),
                HexFormat.of().formatHex(entry.hash()));
    }
}
