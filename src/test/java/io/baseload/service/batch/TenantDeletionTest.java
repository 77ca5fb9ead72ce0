package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.ContentPolicy;
import io.baseload.service.contents.Contents;
import io.baseload.service.database.Pipeline;
import io.baseload.service.database.SqlStatement;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.Reservation;
import io.baseload.service.tenant.TenantConflictException;
import io.baseload.service.tenant.Tenants;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Tenants with much data are deleted, on a real PostgreSQL that takes no statement that erases much. */
class TenantDeletionTest {
    private static final Actor ACTOR = new Actor("default", "bl_operator");
    private static final int CONTENTS = 2_500;

    private static TestBatches own;
    private static Tenants tenants;

    @BeforeAll
    static void start() {
        own = new TestBatches();
        tenants = own.platform.get(Tenants.class);
        own.platform.superuser().sql("""
            CREATE FUNCTION few() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF (SELECT count(*) FROM gone) > TG_ARGV[0]::integer THEN
                    RAISE EXCEPTION 'too many rows of % in one statement', TG_TABLE_NAME;
                END IF;
                RETURN NULL;
            END $$\
            """).update();
        limit("content", 1_000);
        limit("stored_file", 1);
        limit("batch", 1);
    }

    private static void limit(String table, int rows) {
        own.platform.superuser().sql("""
            CREATE TRIGGER few AFTER DELETE ON %s REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION few('%d')\
            """.formatted(table, rows)).update();
    }

    @AfterAll
    static void stop() {
        own.close();
    }

    private static void filled(String tenant) {
        own.tenant(tenant);
        own.platform.get(Contents.class).change(ACTOR, tenant, new ContentPolicy(true, OptionalInt.empty()));
        own.platform
                .superuser()
                .sql("INSERT INTO content (reservation, part, tenant, request_id, salt, digest, sealed)"
                        + " SELECT gen_random_uuid(), 'prompt', ?, 'r', '', '', '' FROM generate_series(1, ?)")
                .params(tenant, CONTENTS)
                .update();
        own.begun(tenant, 3);
        own.begun(tenant, 3);
    }

    private static int rows(String table, String tenant) {
        return own.platform
                .superuser()
                .sql("SELECT count(*) FROM " + table + " WHERE tenant = ?")
                .param(tenant)
                .query(Integer.class)
                .single();
    }

    @Test
    void aTenantsDataAreErasedInStepsBeforeTheTenant() {
        filled("large");
        tenants.delete(ACTOR, "large");
        assertThat(tenants.find("large")).isEmpty();
        for (String table : List.of("content", "stored_file", "stored_file_piece", "batch", "batch_line")) {
            assertThat(rows(table, "large")).as(table).isZero();
        }
        List<String> kinds =
                own.platform.get(AuditTrail.class).page(0, Optional.empty(), Optional.empty(), 1000).entries().stream()
                        .filter(entry ->
                                entry.actor().equals(ACTOR) && entry.subject().startsWith("tenants/large"))
                        .map(AuditEntry::kind)
                        .toList();
        assertThat(kinds)
                .containsSubsequence(
                        "admin.contents.erase", "admin.contents.erase", "admin.contents.erase", "admin.tenant.delete")
                .containsSubsequence("admin.file.delete", "admin.file.delete", "admin.tenant.delete")
                .containsSubsequence("admin.batch.delete", "admin.batch.delete", "admin.tenant.delete");
    }

    @Test
    void aTenantWithRunningRequestsKeepsEverything() {
        filled("busy");
        own.platform.get(TransactionOperations.class).executeWithoutResult(status -> {
            List<SqlStatement> writes = new ArrayList<>();
            own.platform
                    .get(Quota.class)
                    .reserve(
                            List.of(new Reservation(
                                    UUID.randomUUID(), own.here, "busy", "bl_test", "tiny", "req-1", false, 1, 10, 10)),
                            writes);
            own.platform.get(Pipeline.class).run(writes);
        });
        assertThatThrownBy(() -> tenants.delete(ACTOR, "busy")).isInstanceOf(TenantConflictException.class);
        assertThat(rows("content", "busy")).isEqualTo(CONTENTS);
        assertThat(rows("stored_file", "busy")).isEqualTo(2);
        assertThat(rows("batch", "busy")).isEqualTo(2);
    }
}
