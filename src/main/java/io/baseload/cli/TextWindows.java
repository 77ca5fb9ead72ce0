package io.baseload.cli;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.tensor.ElementType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A text for measuring models, in windows of token ids. */
sealed interface TextWindows {

    /** Tokens of the longest window. */
    int longest();

    /** The windows in a model's tokens; each has two tokens or more. */
    List<int[]> ids(Vocabulary vocabulary);

    /**
     * Opens a safetensors file or a text.
     *
     * @param length tokens of a window of text
     */
    static TextWindows open(Path file, int length) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BadInputException("--windows: " + file + " is not a file");
        }
        if (file.toString().endsWith(".safetensors")) {
            return Rows.read(file);
        }
        try {
            return new Text(Files.readString(file), length);
        } catch (CharacterCodingException e) {
            throw new BadInputException("--windows: " + file + " is not UTF-8 text");
        } catch (IOException e) {
            throw new BadInputException(
                    "--windows: " + ModelFileException.unreadable(file, e).getMessage());
        }
    }

    /** A text, split into windows, each of which begins with BOS if the vocabulary uses one. */
    record Text(String text, int longest) implements TextWindows {
        @Override
        public List<int[]> ids(Vocabulary vocabulary) {
            Tokenizer tokenizer = Tokenizer.of(vocabulary);
            int[] bos = tokenizer.encodeWhole("");
            int own = Math.min(1, bos.length);
            int[] ids = tokenizer.encodePlain(text);
            List<int[]> windows = new ArrayList<>();
            for (int from = 0; from < ids.length; from += longest - own) {
                int count = Math.min(longest - own, ids.length - from);
                int[] window = new int[own + count];
                System.arraycopy(bos, 0, window, 0, own);
                System.arraycopy(ids, from, window, own, count);
                if (window.length > 1) {
                    windows.add(window);
                }
            }
            return windows;
        }
    }

    /** The rows of {@code input_ids} [windows, tokens], unchanged. */
    record Rows(List<int[]> ids, int longest) implements TextWindows {
        private static final String IDS = "input_ids";
        private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        @Override
        public List<int[]> ids(Vocabulary vocabulary) {
            return ids;
        }

        static Rows read(Path file) {
            try (ModelCheckpoint checkpoint = ModelCheckpoint.open(file)) {
                StoredTensor ids = checkpoint.tensor(IDS).orElseThrow(() -> checkpoint.refuse("has no tensor " + IDS));
                boolean integers = ids.type() == ElementType.I32 || ids.type() == ElementType.I64;
                if (ids.shape().size() != 2 || ids.columns() < 2 || !integers) {
                    throw ids.refuse(
                            "must be of I32 or I64 and have the shape [windows, tokens], with two tokens or more");
                }
                List<int[]> rows = new ArrayList<>();
                for (long row = 0; row < ids.rows(); row++) {
                    rows.add(row(ids, row));
                }
                return new Rows(rows, Math.toIntExact(ids.columns()));
            }
        }

        /** A value that is not an int can't be a token. */
        private static int[] row(StoredTensor ids, long row) {
            int[] values = new int[Math.toIntExact(ids.columns())];
            for (int i = 0; i < values.length; i++) {
                long at = row * values.length + i;
                long id = ids.type() == ElementType.I32
                        ? ids.data().get(INT, Integer.BYTES * at)
                        : ids.data().get(LONG, Long.BYTES * at);
                values[i] = Math.clamp(id, -1, Integer.MAX_VALUE);
            }
            return values;
        }
    }
}
