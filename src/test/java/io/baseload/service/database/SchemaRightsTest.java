package io.baseload.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.testing.TestPlatform;
import org.junit.jupiter.api.Test;

/** Only the owner may create objects beside the tables. */
class SchemaRightsTest {
    @Test
    void rightsThatTheOwnerGaveAreTakenBack() {
        try (var platform = TestPlatform.fresh()) {
            platform.owner()
                    .sql("GRANT CREATE ON SCHEMA public TO PUBLIC, baseload_app")
                    .update();
            assertThat(applicationMayCreate(platform)).isTrue();
            platform.beside().close();
            assertThat(applicationMayCreate(platform)).isFalse();
        }
    }

    @Test
    void rightsOfAnyOtherRoleAreTakenBack() {
        try (var platform = TestPlatform.fresh()) {
            platform.superuser().sql("CREATE ROLE \"Developers\"").update();
            try {
                platform.superuser().sql("GRANT \"Developers\" TO baseload_app").update();
                platform.owner()
                        .sql("GRANT CREATE ON SCHEMA public TO \"Developers\"")
                        .update();
                assertThat(applicationMayCreate(platform)).isTrue();
                platform.beside().close();
                assertThat(applicationMayCreate(platform)).isFalse();
                assertThat(is(platform, "has_schema_privilege('Developers', 'public', 'CREATE')"))
                        .isFalse();
            } finally {
                platform.superuser()
                        .sql("REVOKE ALL ON SCHEMA public FROM \"Developers\"")
                        .update();
                platform.superuser().sql("DROP ROLE \"Developers\"").update();
            }
        }
    }

    /** As in databases of PostgreSQL 14 and older. */
    @Test
    void nothingIsMigratedWhereOthersMayCreateFunctions() {
        try (var platform = TestPlatform.fresh()) {
            platform.superuser().sql("ALTER SCHEMA public OWNER TO postgres").update();
            platform.superuser().sql("GRANT CREATE ON SCHEMA public TO PUBLIC").update();
            platform.superuser()
                    .sql("DELETE FROM flyway_schema_history WHERE script = 'R__rights.sql'")
                    .update();
            String statement = "ALTER SCHEMA public OWNER TO baseload_owner";
            assertThatThrownBy(() -> platform.beside().close())
                    .rootCause()
                    .hasMessageContaining("others than baseload_owner may create functions in the schema public")
                    .hasMessageContaining("rights of the owner: PUBLIC")
                    .hasMessageContaining("Run as a superuser: " + statement);
            assertThat(rightsWereSet(platform)).isFalse();

            platform.superuser().sql(statement).update();
            platform.beside().close();
            assertThat(rightsWereSet(platform)).isTrue();
            assertThat(applicationMayCreate(platform)).isFalse();
        }
    }

    private static boolean rightsWereSet(TestPlatform platform) {
        return is(platform, "EXISTS (SELECT FROM flyway_schema_history WHERE script = 'R__rights.sql')");
    }

    private static boolean applicationMayCreate(TestPlatform platform) {
        return is(platform, "has_schema_privilege('baseload_app', 'public', 'CREATE')");
    }

    private static boolean is(TestPlatform platform, String condition) {
        return platform.superuser()
                .sql("SELECT " + condition)
                .query(Boolean.class)
                .single();
    }
}
