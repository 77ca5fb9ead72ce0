package io.baseload.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditExport;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Checkpoints;
import io.baseload.testing.TestPlatform;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trail's commands, on an export of a real trail. */
class AuditCommandTest {
    @TempDir
    private Path folder;

    private Path export = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void write() throws Exception {
        var platform = TestPlatform.shared();
        platform.get(AuditTrail.class).append(Actor.SYSTEM, "admin.test", "command", Map.of("text", "ä"));
        export = folder.resolve("trail.jsonl");
        try (OutputStream out = Files.newOutputStream(export)) {
            platform.get(AuditExport.class).write(1, Long.MAX_VALUE, out);
        }
        key = platform.home().resolve("audit-key.pub.pem");
    }

    @Test
    void anExportVerifiesAndAChangedOneDoesNot() throws Exception {
        var good = CommandRun.of("audit", "verify", export.toString(), "--key", key.toString());
        assertThat(good.code()).isZero();
        assertThat(good.out()).startsWith("ok: entries 1 to ");
        var json = CommandRun.of("audit", "verify", export.toString(), "--key", key.toString(), "--json");
        assertThat(json.out()).contains("\"ok\":true");

        var bad = Files.writeString(
                folder.resolve("bad.jsonl"), Files.readString(export).replace("ä", "ö"));
        var found = CommandRun.of("audit", "verify", bad.toString(), "--key", key.toString());
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out()).startsWith("FAILED: ");
    }

    @Test
    void itMustAgreeWithWhatWasKept() throws Exception {
        var kept = TestPlatform.shared().home().resolve("audit-checkpoints.jsonl");
        assertThat(CommandRun.of(
                                "audit",
                                "verify",
                                export.toString(),
                                "--key",
                                key.toString(),
                                "--checkpoints",
                                kept.toString())
                        .code())
                .isZero();
        TestPlatform.shared().get(AuditTrail.class).append(Actor.SYSTEM, "admin.test", "later", Map.of());
        TestPlatform.shared().get(Checkpoints.class).take();
        var found = CommandRun.of(
                "audit", "verify", export.toString(), "--key", key.toString(), "--checkpoints", kept.toString());
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.out()).contains("the file ends at entry");
    }

    @Test
    void badInputIsNamed() throws Exception {
        assertThat(CommandRun.of("audit", "verify", export.toString(), "--key", export.toString())
                        .code())
                .isEqualTo(2);
        assertThat(CommandRun.of("audit", "verify", key.toString(), "--key", key.toString())
                        .code())
                .isEqualTo(2);
        assertThat(CommandRun.of("audit", "verify", "nowhere", "--key", key.toString())
                        .code())
                .isEqualTo(2);
        assertThat(CommandRun.of("audit", "trust", "nonsense").code()).isEqualTo(2);
        assertThat(CommandRun.of("audit", "trust").code()).isEqualTo(2);
    }
}
