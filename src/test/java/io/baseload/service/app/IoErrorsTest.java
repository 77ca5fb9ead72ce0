package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class IoErrorsTest {
    @Test
    void haveTheirReasonOnce() {
        assertThat(words("/a can't be written", new FileSystemException("/a", null, "No space left on device")))
                .isEqualTo("/a can't be written: /a: No space left on device");
        assertThat(words("/a can't be written", new AccessDeniedException("/a")))
                .isEqualTo("/a can't be written: AccessDenied /a");
        assertThat(words("the archive can't be unpacked: it ends early", new IOException("it ends early")))
                .isEqualTo("the archive can't be unpacked: it ends early");
        assertThat(words("copying", new IOException())).isEqualTo("copying: IO");
        assertThat(IoErrors.inWords(new UncheckedIOException(new IOException("Broken pipe"))))
                .isEqualTo("Broken pipe");
    }

    private static String words(String message, IOException cause) {
        return IoErrors.inWords(new UncheckedIOException(message, cause));
    }
}
