package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Writes small sentencepiece models. */
final class PieceModel {
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, byte[]> files = new TreeMap<>();
    private int modelType = 2;

    /** The pieces that every model begins with: unknown, BOS, EOS and the bytes. */
    static PieceModel begun() {
        PieceModel model = new PieceModel();
        model.piece("<unk>", 0, 2).piece("<s>", 0, 3).piece("</s>", 0, 3);
        for (int b = 0; b < 256; b++) {
            model.piece("<0x%02X>".formatted(b), 0, 6);
        }
        return model;
    }

    /** The id of the first piece after those. */
    static final int FIRST = 259;

    PieceModel piece(String text, float score, int type) {
        var piece = new ByteArrayOutputStream();
        field(piece, 1, text.getBytes(StandardCharsets.UTF_8));
        piece.write(2 << 3 | FIXED32);
        piece.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(score)
                .array());
        piece.write(3 << 3);
        piece.write(type);
        field(out, 1, piece.toByteArray());
        return this;
    }

    PieceModel pieces(String... texts) {
        for (int i = 0; i < texts.length; i++) {
            piece(texts[i], -1 - i, 1);
        }
        return this;
    }

    PieceModel type(int number) {
        modelType = number;
        return this;
    }

    PieceModel file(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Vocabulary.Files vocabulary() {
        field(out, 2, new byte[] {3 << 3, (byte) modelType});
        field(out, 3, new byte[] {4 << 3, 0});
        return raw(out.toByteArray());
    }

    Vocabulary.Files raw(byte[] model) {
        files.put("tokenizer.model", model);
        return new Vocabulary.Files(Path.of("folder"), files);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] bytes) {
        out.write(number << 3 | BYTES);
        int length = bytes.length;
        for (; length > 127; length >>>= 7) {
            out.write(length & 127 | 128);
        }
        out.write(length);
        out.writeBytes(bytes);
    }
}
