package io.baseload.service.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the configured key's predecessor, if the new value is a key already. */
class BootstrapKeyTest {
    private static final Actor ACTOR = new Actor("default", "bl_operator");
    private static final String FIRST = "bl_1-chosen-by-the-operator-0123456789";
    private static final String THIRD = "bl_3-chosen-by-the-operator-0123456789";
    private static final ApiKey.Rights OPERATOR = rights(Set.of(Role.OPERATOR));

    private final TestPlatform platform = TestPlatform.fresh();
    private final ApiKeys keys = platform.get(ApiKeys.class);
    private final FirstKey configured = platform.get(FirstKey.class);

    @BeforeEach
    void theFirstKey() {
        configured.bootstrap(FIRST);
    }

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    void aKeyThatWasIssuedReplacesIt() {
        var issued = keys.issue(ACTOR, "default", OPERATOR);
        configured.bootstrap(issued.secret());
        assertThat(isValid(FIRST)).isFalse();
        assertThat(isValid(issued.secret())).isTrue();
        assertThat(replacements())
                .containsExactly("{\"replaced_by\":\"" + issued.key().prefix() + "\"}");
        configured.bootstrap(issued.secret()); // a restart
        assertThat(replacements()).hasSize(1);
        configured.bootstrap(THIRD);
        assertThat(isValid(issued.secret())).isFalse();
        assertThat(isValid(THIRD)).isTrue();
    }

    @Test
    void itsSuccessorByRotationIsReplacedLikeIt() {
        var successor = rotate(FIRST);
        configured.bootstrap(successor);
        assertThat(isValid(FIRST)).isFalse();
        assertThat(isValid(successor)).isTrue();
        configured.bootstrap(THIRD);
        assertThat(isValid(successor)).isFalse();
        assertThat(replacements()).hasSize(2);
    }

    @Test
    void aSuccessorThatIsNotConfiguredYetIsReplacedToo() {
        var last = rotate(rotate(FIRST));
        configured.bootstrap(THIRD);
        assertThat(isValid(last)).isFalse();
        assertThat(replacements()).hasSize(3);
    }

    @Test
    void aSuccessorOfTheIssuedKeyIsReplacedToo() {
        var issued = keys.issue(ACTOR, "default", OPERATOR).secret();
        var successor = rotate(issued);
        configured.bootstrap(issued);
        assertThat(isValid(successor)).isTrue();
        configured.bootstrap(THIRD);
        assertThat(isValid(successor)).isFalse();
    }

    @Test
    void aRestartKeepsTheSuccessor() {
        var successor = rotate(FIRST);
        configured.bootstrap(FIRST);
        assertThat(isValid(FIRST)).isTrue();
        assertThat(isValid(successor)).isTrue();
        platform.superuser()
                .sql("UPDATE api_key SET expires_at = clock_timestamp() WHERE replaced")
                .update();
        configured.bootstrap(FIRST); // gives no access, as nobody has changed it
        assertThat(isValid(FIRST)).isFalse();
        assertThat(isValid(successor)).isTrue();
        assertThat(replacements()).isEmpty();
    }

    @Test
    void aKeyThatGivesNoOperatorsAccessDoesNotReplaceIt() {
        platform.get(Tenants.class).create(ACTOR, new Tenant("acme", List.of(), 4, 1));
        var revoked = keys.issue(ACTOR, "default", OPERATOR);
        keys.revoke(ACTOR, "default", revoked.key().prefix());
        var expired = keys.issue(
                ACTOR,
                "default",
                new ApiKey.Rights(Set.of(Role.OPERATOR), Set.of(), Priority.INTERACTIVE, Optional.of(Instant.EPOCH)));
        var users = keys.issue(ACTOR, "default", rights(Set.of(Role.USER)));
        var elsewhere = keys.issue(ACTOR, "acme", rights(Set.of(Role.USER, Role.TENANT_ADMIN)));
        for (var unusable : List.of(revoked, expired, users, elsewhere)) {
            assertThatThrownBy(() -> configured.bootstrap(unusable.secret()))
                    .isInstanceOf(BootstrapKeyException.class)
                    .hasMessageContaining(unusable.key().prefix())
                    .hasMessageNotContaining(unusable.secret())
                    .hasMessageContaining("can't replace the bootstrap key");
        }
        assertThat(isValid(FIRST)).isTrue();
        assertThat(replacements()).isEmpty();
    }

    private boolean isValid(String secret) {
        return keys.authenticate(secret).isPresent();
    }

    private String rotate(String secret) {
        var prefix = keys.authenticate(secret).orElseThrow().keyPrefix();
        return keys.rotate(ACTOR, "default", prefix, Duration.ofDays(1), UnaryOperator.identity())
                .orElseThrow()
                .secret();
    }

    private List<String> replacements() {
        return platform
                .get(AuditTrail.class)
                .page(0, Optional.of("system"), Optional.of("admin.key.revoke"), 99)
                .entries()
                .stream()
                .map(entry -> entry.detail())
                .toList();
    }

    private static ApiKey.Rights rights(Set<Role> roles) {
        return new ApiKey.Rights(roles, Set.of(), Priority.INTERACTIVE, Optional.empty());
    }
}
