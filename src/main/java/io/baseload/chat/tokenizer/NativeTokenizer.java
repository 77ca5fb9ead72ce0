package io.baseload.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Hugging Face's tokenizers library behind one method. The library calls home when it starts unless it is told not to, so nobody else may load it. Safe for
 * use by several threads.
 */
final class NativeTokenizer {
    static {
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private final HuggingFaceTokenizer tokenizer;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * @throws IllegalArgumentException if the library refuses the vocabulary
     */
    static NativeTokenizer read(String tokenizerJson) {
        var options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try (var in = new ByteArrayInputStream(tokenizerJson.getBytes(StandardCharsets.UTF_8))) {
            return new NativeTokenizer(HuggingFaceTokenizer.newInstance(in, options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the vocabulary is not a consistent BPE: " + e.getMessage(), e);
        }
    }

    int[] encode(String text) {
        long[] ids = tokenizer.encode(wellFormed(text), false, false).getIds();
        int[] tokens = new int[ids.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /** Half a surrogate pair has no UTF-8: it becomes U+FFFD. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
    }
}
