package io.baseload.chat.tokenizer;

import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Converts text to tokens, and tokens to bytes, with a model's own vocabulary. Thread-safe. */
public final class Tokenizer {
    private final TokenizerParts parts;
    private final Map<String, String> chatTemplates;
    private final TokenFloor floor;

    private Tokenizer(TokenizerParts parts, Map<String, String> chatTemplates) {
        this.parts = parts;
        this.chatTemplates = chatTemplates;
        this.floor = new TokenFloor(parts.bytes());
    }

    /**
     * @throws IllegalArgumentException if the vocabulary is broken or of an unknown kind; the message names the cause
     * @throws io.baseload.engine.api.ModelFileException if one of its files is broken
     */
    public static Tokenizer of(Vocabulary vocabulary) {
        TokenizerParts parts = switch (vocabulary) {
            case Vocabulary.Gguf gguf -> GgufParts.of(gguf);
            case Vocabulary.Files files -> FolderParts.of(files);
        };
        return new Tokenizer(parts, FamilyTemplates.complete(parts.chatTemplates(), parts.tokens()));
    }

    /** This tokenizer with one chat template instead of its own. */
    public Tokenizer withChatTemplate(String source) {
        return new Tokenizer(parts, Map.of(Vocabulary.DEFAULT_TEMPLATE, source));
    }

    /**
     * Tokens of a text.
     *
     * @param parseSpecial whether the texts of special tokens are recognized; otherwise they are ordinary text
     * @param addSpecial whether BOS and EOS are added as defined by the vocabulary
     */
    public int[] encode(String text, boolean parseSpecial, boolean addSpecial) {
        Encoder encoder = parseSpecial ? parts.parsing() : parts.plain().get();
        if (addSpecial) {
            return encoder.encodeWhole(text);
        }
        return text.isEmpty() ? new int[0] : encoder.encode(text);
    }

    /** Tokens of a text in which special tokens are recognized; nothing is added. */
    public int[] encode(String text) {
        return encode(text, true, false);
    }

    /** As {@link #encode(String)}, with BOS and EOS as defined by the vocabulary. */
    public int[] encodeWhole(String text) {
        return encode(text, true, true);
    }

    /** Tokens of a text in which the texts of special tokens are ordinary text; nothing is added. */
    public int[] encodePlain(String text) {
        return encode(text, false, false);
    }

    /** As {@link #encodePlain}, for a text after a special token: some vocabularies add a space only at the beginning of a text. */
    int[] encodePlainAfterSpecial(String text) {
        return text.isEmpty() ? new int[0] : parts.plainAfter().get().encode(text);
    }

    /**
     * Tokens of a query and a document for an encoder, as one text.
     *
     * @throws IllegalArgumentException if the vocabulary doesn't define how two texts are joined
     */
    public EncoderText encodePair(String first, String second) {
        return parts.parsing().encodePair(first, second);
    }

    /** A lower bound for the tokens of a text, which is cheap to compute for long texts too. */
    public long leastTokens(String text) {
        return parts.keepsText() ? floor.of(text) : 0;
    }

    /** The bytes of each token. */
    public TokenBytes bytes() {
        return parts.bytes();
    }

    /** The bytes that are shown to readers: the same, except in vocabularies that write line ends as special texts. */
    public TokenBytes shown() {
        return parts.shown();
    }

    /** Whether the token steers the model and is not text. */
    public boolean isSpecial(int id) {
        return parts.tokens().type(id).special();
    }

    /** The text of the token that begins a prompt; empty if the vocabulary has none. */
    public String bosText() {
        return parts.bosText();
    }

    /** The text of the token that ends an answer; empty if the vocabulary has none. */
    public String eosText() {
        return parts.eosText();
    }

    /** Sources of chat templates by name, from the files or the family. The standard one is {@link Vocabulary#DEFAULT_TEMPLATE}. */
    public Map<String, String> chatTemplates() {
        return chatTemplates;
    }

    /** Ids that end an answer: those named in the files, and added tokens that are known to end answers. */
    public Set<Integer> stopTokens() {
        return parts.stops();
    }

    /** Whether the first space of an answer is added by the algorithm and is not text. */
    public boolean startsWithArtificialSpace() {
        return parts.artificialSpace();
    }

    /** A guard for the texts of one conversation. */
    public SpecialTextGuard guard(List<String> texts) {
        return new SpecialTextGuard(this, parts.special(), texts);
    }
}
