package io.baseload.chat.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.baseload.engine.api.EncoderText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Hugging Face's tokenizers library behind one method. The library contacts its vendor when it starts unless that is disabled, so no other class may load it. Thread-safe.
 */
final class NativeTokenizer implements Encoder {
    static {
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /** The library needs more than a hundred bytes for each token, so the largest texts are encoded one at a time. */
    private static final int MAX_CHARACTERS = 8 << 20;

    /** Texts of at most so many characters never wait for larger ones. */
    private static final int MAX_UNCOUNTED_CHARACTERS = 1 << 20;

    private static final Cleaner CLEANER = Cleaner.create();

    private static final Semaphore TURNS = new Semaphore(MAX_CHARACTERS, true);

    private final HuggingFaceTokenizer tokenizer;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        // an unloaded model's tokenizer is left to the garbage collector, which doesn't count the library's
        // memory
        CLEANER.register(this, tokenizer::close);
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
            throw new IllegalArgumentException("the vocabulary is not consistent: " + e.getMessage(), e);
        }
    }

    @Override
    public int[] encode(String text) {
        return encode(text, false);
    }

    /** As {@link #encode}, with the tokens of the vocabulary's own post-processor. */
    @Override
    public int[] encodeWhole(String text) {
        return encode(text, true);
    }

    private int[] encode(String text, boolean whole) {
        return inTurn(text.length(), () -> narrowed(ids(wellFormed(text), whole)));
    }

    @Override
    public EncoderText encodePair(String first, String second) {
        return inTurn((long) first.length() + second.length(), () -> pair(wellFormed(first), wellFormed(second)));
    }

    private static <T> T inTurn(long characters, Supplier<T> encoding) {
        if (characters <= MAX_UNCOUNTED_CHARACTERS) {
            return encoding.get();
        }
        int weight = (int) Math.min(characters, MAX_CHARACTERS);
        TURNS.acquireUninterruptibly(weight);
        try {
            return encoding.get();
        } finally {
            TURNS.release(weight);
        }
    }

    private EncoderText pair(String first, String second) {
        var library = TokenizersLibrary.LIB;
        try {
            long encoding = library.encodeDual(tokenizer.getHandle(), first, second, true);
            try {
                int[] tokens = narrowed(library.getTokenIds(encoding));
                int[] types = narrowed(library.getTypeIds(encoding));
                int start =
                        (int) Arrays.stream(types).takeWhile(type -> type == 0).count();
                return new EncoderText(tokens, start);
            } finally {
                library.deleteEncoding(encoding);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Gets only ids: the library's own {@code encode} copies eight more values for each token, and aborts the process if the heap is too small for them. */
    private long[] ids(String text, boolean whole) {
        var library = TokenizersLibrary.LIB;
        try {
            long encoding = library.encode(tokenizer.getHandle(), text, whole);
            try {
                return library.getTokenIds(encoding);
            } finally {
                library.deleteEncoding(encoding);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static int[] narrowed(long[] ids) {
        int[] tokens = new int[ids.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) ids[i];
        }
        return tokens;
    }

    /** Half a surrogate pair has no UTF-8 form, so it becomes U+FFFD. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
    }
}
