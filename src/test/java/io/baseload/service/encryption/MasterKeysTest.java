package io.baseload.service.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class MasterKeysTest {
    private static final byte[] SECRET = "sk-secret".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path home;

    private static String key() {
        return Base64.getEncoder().encodeToString(SealingKey.random(SealingKey.BYTES));
    }

    @Test
    void aSealedSecretOpensForItsPurposeAlone() {
        var keys = MasterKeys.of(List.of(key()));
        String sealed = keys.seal(SECRET, "backend/a");
        assertThat(MasterKeys.isSealed(sealed)).isTrue();
        assertThat(sealed).doesNotContain("sk-secret").isNotEqualTo(keys.seal(SECRET, "backend/a"));
        assertThat(keys.open(sealed, "backend/a")).isEqualTo(SECRET);
        assertThatThrownBy(() -> keys.open(sealed, "backend/b")).isInstanceOf(SealException.class);
        assertThatThrownBy(() -> keys.open("sk-secret", "backend/a")).isInstanceOf(SealException.class);
    }

    @Test
    void aChangedTextDoesNotOpen() {
        var key = new SealingKey(SealingKey.random(SealingKey.BYTES));
        byte[] sealed = key.seal(SECRET, "it");
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> key.open(changed, "it")).isInstanceOf(SealException.class);
        }
        assertThatThrownBy(() -> key.open(new byte[5], "it")).isInstanceOf(SealException.class);
    }

    @Test
    void aNewKeySealsAndTheOldOneStillOpens() {
        String old = key();
        String next = key();
        String sealed = MasterKeys.of(List.of(old)).seal(SECRET, "it");
        var both = MasterKeys.of(List.of(next, old));
        assertThat(both.isCurrent(sealed)).isFalse();
        assertThat(both.open(sealed, "it")).isEqualTo(SECRET);
        String anew = both.seal(SECRET, "it");
        assertThat(both.isCurrent(anew)).isTrue();
        assertThat(MasterKeys.of(List.of(next)).open(anew, "it")).isEqualTo(SECRET);
        assertThatThrownBy(() -> MasterKeys.of(List.of(next)).open(sealed, "it"))
                .isInstanceOf(SealException.class);
    }

    @Test
    void aStartWithoutAKeyOnAnExternalDatabaseWarns(CapturedOutput output) {
        ObjectProvider<EmbeddedDatabase> none = new StaticListableBeanFactory().getBeanProvider(EmbeddedDatabase.class);
        var keys = new EncryptionConfiguration().masterKeys(null, BaseloadHome.at(home), none);
        assertThat(keys.present()).isFalse();
        assertThat(output).contains("baseload.encryption.key-file is not set");
    }

    @Test
    void withoutAKeyNothingIsSealed() {
        var none = MasterKeys.of(List.of());
        assertThat(none.present()).isFalse();
        assertThatThrownBy(() -> none.seal(SECRET, "it")).isInstanceOf(SealException.class);
        assertThatThrownBy(() -> MasterKeys.of(List.of("c2hvcnQ="))).isInstanceOf(IllegalArgumentException.class);
    }
}
