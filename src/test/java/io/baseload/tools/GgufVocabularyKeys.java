package io.baseload.tools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What a GGUF file says of its vocabulary, as it stands there.
 *
 * @param count how many keys
 * @param bytes the keys with their values
 * @param tokens in the vocabulary
 */
record GgufVocabularyKeys(int count, byte[] bytes, int tokens) {
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    static GgufVocabularyKeys of(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            long keys = in.getLong(16);
            in.position(24);
            return read(in, keys);
        }
    }

    private static GgufVocabularyKeys read(ByteBuffer in, long keys) {
        ByteBuffer kept = ByteBuffer.allocate(in.capacity());
        int count = 0;
        int tokens = 0;
        for (long i = 0; i < keys; i++) {
            int from = in.position();
            String key = string(in);
            int type = in.getInt();
            if (key.equals("tokenizer.ggml.tokens")) {
                tokens = (int) in.getLong(in.position() + 4);
            }
            skip(in, type);
            if (key.startsWith("tokenizer.")) {
                kept.put(in.slice(from, in.position() - from));
                count++;
            }
        }
        byte[] bytes = new byte[kept.position()];
        kept.flip().get(bytes);
        return new GgufVocabularyKeys(count, bytes, tokens);
    }

    private static String string(ByteBuffer in) {
        byte[] text = new byte[(int) in.getLong()];
        in.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static void skip(ByteBuffer in, int type) {
        if (type == STRING) {
            int length = (int) in.getLong();
            in.position(in.position() + length);
        } else if (type == ARRAY) {
            int element = in.getInt();
            long length = in.getLong();
            for (long i = 0; i < length; i++) {
                skip(in, element);
            }
        } else {
            in.position(in.position() + size(type));
        }
    }

    private static int size(int type) {
        return switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case 4, 5, 6 -> 4;
            default -> 8;
        };
    }
}
