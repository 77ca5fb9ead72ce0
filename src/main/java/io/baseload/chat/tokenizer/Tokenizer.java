package io.baseload.chat.tokenizer;

import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Text to tokens and tokens to bytes by a model's own vocabulary. Safe for use by several threads. */
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
     * @throws IllegalArgumentException if the vocabulary is broken or of an unknown kind; the message names what
     * @throws io.baseload.engine.api.ModelFileException if one of its files is
     */
    public static Tokenizer of(Vocabulary vocabulary) {
        TokenizerParts parts = switch (vocabulary) {
            case Vocabulary.Gguf gguf -> GgufParts.of(gguf);
            case Vocabulary.Files files -> FolderParts.of(files);
        };
        return new Tokenizer(parts, FamilyTemplates.complete(parts.chatTemplates(), parts.tokens()));
    }

    /** This tokenizer with one chat template instead of those that it has. */
    public Tokenizer withChatTemplate(String source) {
        return new Tokenizer(parts, Map.of(Vocabulary.DEFAULT_TEMPLATE, source));
    }

    /**
     * Tokens of a text.
     *
     * @param parseSpecial whether the texts of special tokens are recognised, or ordinary text
     * @param addSpecial whether BOS and EOS are added as the vocabulary says
     */
    public int[] encode(String text, boolean parseSpecial, boolean addSpecial) {
        Encoder encoder = parseSpecial ? parts.parsing() : parts.plain().get();
        if (addSpecial) {
            return encoder.encodeWhole(text);
        }
        return text.isEmpty() ? new int[0] : encoder.encode(text);
    }

    /** Tokens of a text in which special tokens are recognised; nothing is added. */
    public int[] encode(String text) {
        return encode(text, true, false);
    }

    /** As {@link #encode(String)}, with BOS and EOS added as the vocabulary says. */
    public int[] encodeWhole(String text) {
        return encode(text, true, true);
    }

    /** Tokens of a text in which the texts of special tokens are ordinary text; nothing is added. */
    public int[] encodePlain(String text) {
        return encode(text, false, false);
    }

    /** As {@link #encodePlain}, for a text that follows a special token: some vocabularies put a space before a text's beginning only. */
    int[] encodePlainAfterSpecial(String text) {
        return text.isEmpty() ? new int[0] : parts.plainAfter().get().encode(text);
    }

    /**
     * Tokens of a query and a document for an encoder, as one text.
     *
     * @throws IllegalArgumentException if the vocabulary doesn't say how two texts become one
     */
    public EncoderText encodePair(String first, String second) {
        return parts.parsing().encodePair(first, second);
    }

    /** No text has fewer tokens than this; costs little, however long the text is. */
    public long leastTokens(String text) {
        return parts.keepsText() ? floor.of(text) : 0;
    }

    /** What each token stands for. */
    public TokenBytes bytes() {
        return parts.bytes();
    }

    /** What of it a reader sees: the same but for vocabularies that write line ends as a token of their own. */
    public TokenBytes shown() {
        return parts.shown();
    }

    /** Whether the token steers the model and is not text. */
    public boolean isSpecial(int id) {
        return parts.tokens().type(id).special();
    }

    /** The text of the token that begins a prompt; empty where the vocabulary has none. */
    public String bosText() {
        return parts.bosText();
    }

    /** The text of the token that ends an answer; empty where the vocabulary has none. */
    public String eosText() {
        return parts.eosText();
    }

    /** Sources of chat templates by name: the files', or their family's. The usual one is {@link Vocabulary#DEFAULT_TEMPLATE}. */
    public Map<String, String> chatTemplates() {
        return chatTemplates;
    }

    /** Ids that end an answer: those that the files name, and added tokens known to end answers. */
    public Set<Integer> stopTokens() {
        return parts.stops();
    }

    /** Whether the first space of an answer is the algorithm's and not text. */
    public boolean startsWithArtificialSpace() {
        return parts.artificialSpace();
    }

    /** A guard for the texts of one conversation. */
    public SpecialTextGuard guard(List<String> texts) {
        return new SpecialTextGuard(this, parts.special(), texts);
    }
}
