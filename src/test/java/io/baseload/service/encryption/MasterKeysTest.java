package io.baseload.service.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.EmbeddedDatabase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
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
        for (int length = 0; length < sealed.length; length++) {
            byte[] truncated = Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> key.open(truncated, "it")).isInstanceOf(SealException.class);
        }
    }

    @Test
    void equalTextsHaveKeysOfTheirOwn() {
        var key = new SealingKey(SealingKey.random(SealingKey.BYTES));
        Set<String> salts = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            byte[] sealed = key.seal(SECRET, "it");
            assertThat(sealed).startsWith(2).hasSize(1 + 16 + 12 + SECRET.length + 16);
            salts.add(HexFormat.of().formatHex(sealed, 1, 17));
        }
        assertThat(salts).hasSize(1000);
    }

    /** With each first byte of a nonce, also the one that now says the version. */
    @Test
    void whatWasSealedBeforeTextsHadKeysOfTheirOwnStillOpens() throws Exception {
        byte[] bytes = SealingKey.random(SealingKey.BYTES);
        var key = new SealingKey(bytes);
        for (byte[] text : List.of(new byte[0], SECRET, new byte[100])) {
            for (int first = 0; first < 256; first++) {
                byte[] nonce = SealingKey.random(12);
                nonce[0] = (byte) first;
                var cipher = Cipher.getInstance("AES/GCM/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(128, nonce));
                cipher.updateAAD("it".getBytes(StandardCharsets.UTF_8));
                byte[] sealed = ByteBuffer.allocate(12 + text.length + 16)
                        .put(nonce)
                        .put(cipher.doFinal(text))
                        .array();
                assertThat(key.open(sealed, "it")).isEqualTo(text);
                assertThatThrownBy(() -> key.open(sealed, "another")).isInstanceOf(SealException.class);
            }
        }
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
