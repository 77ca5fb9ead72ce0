package io.baseload.chat.tokenizer;

import io.baseload.engine.api.ModelFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads a {@code tokenizer.model}: {@code ModelProto} of sentencepiece_model.proto. */
final class SentencePieceReader {
    private static final int BPE = 2;

    private final JsonFiles files;
    private final byte[] bytes;
    private final List<String> texts = new ArrayList<>();
    private final List<TokenType> types = new ArrayList<>();
    private float[] scores = new float[1 << 10];
    private long modelType = 1;
    private long unknown;
    private long bos = 1;
    private long eos = 2;
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private boolean escapeWhitespaces = true;
    private boolean suffix;
    private boolean charsMap;

    SentencePieceReader(JsonFiles files, byte[] bytes) {
        this.files = files;
        this.bytes = bytes;
    }

    SentencePieceModel read() {
        try {
            ProtoReader in = new ProtoReader(bytes);
            for (int field = in.next(); field != 0; field = in.next()) {
                switch (field) {
                    case 1 -> piece(in.message());
                    case 2 -> trainer(in.message());
                    case 3 -> normalizer(in.message());
                    default -> in.skip();
                }
            }
        } catch (ProtoReader.Broken e) {
            throw files.refuse(SentencePieceModel.NAME, e.offset(), "is not a sentencepiece model: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw refuse(String.valueOf(e.getMessage()));
        }
        check();
        return new SentencePieceModel(
                new TokenList(List.copyOf(texts), List.copyOf(types)),
                Arrays.copyOf(scores, texts.size()),
                (int) unknown,
                (int) bos,
                (int) eos,
                addDummyPrefix);
    }

    private void piece(ProtoReader in) {
        int id = texts.size();
        String text = "";
        float score = 0;
        long type = 1;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> text = in.text();
                case 2 -> score = in.number();
                case 3 -> type = in.integer();
                default -> in.skip();
            }
        }
        texts.add(text);
        types.add(TokenType.numbered(type, id));
        if (id >= scores.length) {
            scores = Arrays.copyOf(scores, 2 * scores.length);
        }
        scores[id] = score;
    }

    private void trainer(ProtoReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 3 -> modelType = in.integer();
                case 24 -> suffix = in.integer() != 0;
                case 40 -> unknown = in.integer();
                case 41 -> bos = in.integer();
                case 42 -> eos = in.integer();
                default -> in.skip();
            }
        }
    }

    private void normalizer(ProtoReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 2 -> charsMap = !in.text().isEmpty();
                case 3 -> addDummyPrefix = in.integer() != 0;
                case 4 -> removeExtraWhitespaces = in.integer() != 0;
                case 5 -> escapeWhitespaces = in.integer() != 0;
                default -> in.skip();
            }
        }
    }

    private void check() {
        require(!texts.isEmpty() && texts.size() <= FolderConfigReader.MAX_TOKENS, texts.size() + " pieces");
        require(modelType == BPE, "model_type " + modelType + "; supported is BPE (" + BPE + ")");
        require(!charsMap, "a precompiled_charsmap; supported is the normalizer identity");
        require(!removeExtraWhitespaces, "remove_extra_whitespaces, which this version doesn't know");
        require(
                escapeWhitespaces && !suffix,
                "escape_whitespaces off or whitespace as suffix, which this version doesn't know");
        require(unknown >= 0 && unknown < texts.size(), "unk_id " + unknown + " of " + texts.size() + " pieces");
    }

    private void require(boolean holds, String found) {
        if (!holds) {
            throw refuse("has " + found);
        }
    }

    private ModelFileException refuse(String problem) {
        return files.refuse(SentencePieceModel.NAME, -1, problem);
    }
}
