package io.baseload.cli;

import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file that the user named. */
final class TextFile {
    private static final long MAX_BYTES = 64 << 20;

    private TextFile() {}

    static String read(Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadInputException(file + ": is not UTF-8 text");
        }
    }

    static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new BadInputException(file + ": has more than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BadInputException(
                    String.valueOf(ModelFileException.unreadable(file, e).getMessage()));
        }
    }
}
