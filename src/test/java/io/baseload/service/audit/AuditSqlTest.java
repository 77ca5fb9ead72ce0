package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The statement of docs/platform.md by which an auditor verifies the trail without this program, word for word. */
class AuditSqlTest {
    private final TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void write() {
        var trail = platform.get(AuditTrail.class);
        var strange = "\"quoted\" \\ / \t\n\r\b\f\u001f\u007f ä € 𝄞 \u2028 </script>";
        IntStream.rangeClosed(1, 9)
                .forEach(i -> trail.append(new Actor("acme", "bl_1"), "admin.test", "subject/" + i, Map.of("i", i)));
        trail.append(new Actor("acme", strange), "admin.test", strange, Map.of("b", List.of(1.5, true), "a", strange));
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void itPassesAnUntouchedTrail() throws Exception {
        assertThat(firstBad()).isEmpty();
    }

    @Test
    void itFindsEachChange() throws Exception {
        tamper("CREATE TABLE copy AS SELECT * FROM audit_entry");
        for (String change : List.of(
                "detail = '{\"i\":50}'",
                "at = at + interval '1 microsecond'",
                "tenant = 'other'",
                "kind = 'admin.other'",
                "subject = 'other'",
                "key_prefix = ''",
                "previous_hash = sha256('x')",
                "hash = sha256('x')")) {
            tamper("UPDATE audit_entry SET " + change + " WHERE seq = 5");
            assertThat(firstBad()).as(change).containsExactly(5L);
            tamper("DELETE FROM audit_entry; INSERT INTO audit_entry SELECT * FROM copy");
        }
        tamper("DELETE FROM audit_entry WHERE seq = 5");
        assertThat(firstBad()).containsExactly(6L);
    }

    private List<Long> firstBad() throws IOException {
        return platform.get(JdbcClient.class)
                .sql(documented())
                .query(Long.class)
                .list();
    }

    private static String documented() throws IOException {
        String page = Files.readString(Path.of("docs/platform.md"));
        int start = page.indexOf("```sql\n") + "```sql\n".length();
        return page.substring(start, page.indexOf("```", start));
    }

    private void tamper(String statement) {
        platform.superuser()
                .sql("DO $do$ BEGIN SET LOCAL session_replication_role = replica; " + statement + "; END $do$")
                .update();
    }
}
