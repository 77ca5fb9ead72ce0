package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Text to tokens and tokens to bytes by a model's own vocabulary. Safe for use by several threads. */
public final class Tokenizer {
    private static final System.Logger LOG = System.getLogger(Tokenizer.class.getName());

    /** Texts of tokens that end an answer in one model family or another; the files name only one or two of a model's. */
    private static final Set<String> END_OF_GENERATION = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<|flush|>",
            "<|calls|>",
            "<|end_of_text|>",
            "<|endoftext|>",
            "<|eom_id|>",
            "<end_of_turn>",
            "<turn|>",
            "<EOT>",
            "_<EOT>",
            "<|end\u2581of\u2581sentence|>",
            "<\uff5cend\u2581of\u2581sentence\uff5c>",
            "<end_of_utterance>",
            "<eos>",
            "<eod>",
            "</s>",
            "<reponame>",
            "<|endofprompt|>");

    private final Vocabulary.Gguf vocabulary;
    private final TokenBytes bytes;
    private final NativeTokenizer parsing;
    private final SpecialTexts specialTexts;
    private final Set<Integer> stopTokens;
    private volatile Optional<NativeTokenizer> plain = Optional.empty();

    private Tokenizer(Vocabulary.Gguf vocabulary) {
        this.vocabulary = vocabulary;
        bytes = TokenBytes.of(vocabulary);
        parsing = NativeTokenizer.read(TokenizerJson.of(vocabulary, true));
        specialTexts = SpecialTexts.of(vocabulary);
        stopTokens = stopTokens(vocabulary);
    }

    /**
     * @throws IllegalArgumentException if the vocabulary is broken or of an unknown kind; the message names what
     */
    public static Tokenizer of(Vocabulary vocabulary) {
        return switch (vocabulary) {
            case Vocabulary.Gguf gguf -> of(gguf);
            case Vocabulary.Files files ->
                throw new IllegalArgumentException(files.folder() + ": its form of tokenizer can't be read yet");
        };
    }

    private static Tokenizer of(Vocabulary.Gguf vocabulary) {
        VocabularyCheck.check(vocabulary);
        if (vocabulary.model().equals("gpt2") && vocabulary.pre().isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the model file names no pre-tokenizer; \"default\" is used, which is rarely right");
        }
        return new Tokenizer(vocabulary);
    }

    /** Tokens of a text in which special tokens are recognised; nothing is added. */
    public int[] encode(String text) {
        return text.isEmpty() ? new int[0] : parsing.encode(text);
    }

    /** As {@link #encode}, with BOS and EOS added as the vocabulary says. */
    public int[] encodeWhole(String text) {
        IntStream tokens = Arrays.stream(encode(text));
        if (addsBos() && vocabulary.bos().isPresent()) {
            tokens = IntStream.concat(IntStream.of(vocabulary.bos().getAsInt()), tokens);
        }
        if (vocabulary.addEos().orElse(false) && vocabulary.eos().isPresent()) {
            tokens = IntStream.concat(tokens, IntStream.of(vocabulary.eos().getAsInt()));
        }
        return tokens.toArray();
    }

    /** Tokens of a text in which the texts of special tokens are ordinary text. */
    public int[] encodePlain(String text) {
        return text.isEmpty() ? new int[0] : plain().encode(text);
    }

    public TokenBytes bytes() {
        return bytes;
    }

    /** Whether the token steers the model and is not text. */
    public boolean isSpecial(int id) {
        return TokenType.of(vocabulary, id).special();
    }

    /** The text of the token that begins a prompt; empty where the vocabulary has none. */
    public String bosText() {
        return text(vocabulary.bos());
    }

    /** The text of the token that ends an answer; empty where the vocabulary has none. */
    public String eosText() {
        return text(vocabulary.eos());
    }

    /** Sources of chat templates by name; the usual one is {@link Vocabulary#DEFAULT_TEMPLATE}. */
    public Map<String, String> chatTemplates() {
        return vocabulary.chatTemplates();
    }

    private String text(OptionalInt id) {
        return id.isPresent() ? vocabulary.tokens().get(id.getAsInt()) : "";
    }

    /** Ids that end an answer: EOS, EOT, and added tokens known to end answers. */
    public Set<Integer> stopTokens() {
        return stopTokens;
    }

    /** Whether the first space of an answer is the algorithm's and not text. */
    public boolean startsWithArtificialSpace() {
        return vocabulary.model().equals("llama") && vocabulary.addSpacePrefix().orElse(true);
    }

    /** A guard for the texts of one conversation. */
    public SpecialTextGuard guard(List<String> texts) {
        return new SpecialTextGuard(this, specialTexts, texts);
    }

    private boolean addsBos() {
        return vocabulary
                .addBos()
                .orElseGet(() -> vocabulary.model().equals("llama")
                        || PreTokenizer.named(vocabulary.pre().orElse("default"))
                                .addBos());
    }

    /** Needed only for the rare text that holds a special token's text, so made when first asked for. */
    private NativeTokenizer plain() {
        Optional<NativeTokenizer> known = plain;
        if (known.isEmpty()) {
            known = Optional.of(NativeTokenizer.read(TokenizerJson.of(vocabulary, false)));
            plain = known;
        }
        return known.get();
    }

    private static Set<Integer> stopTokens(Vocabulary.Gguf vocabulary) {
        Set<Integer> ids = new TreeSet<>();
        vocabulary.eos().ifPresent(ids::add);
        vocabulary.eot().ifPresent(ids::add);
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            if (TokenType.of(vocabulary, id).added()
                    && END_OF_GENERATION.contains(vocabulary.tokens().get(id))) {
                ids.add(id);
            }
        }
        return Set.copyOf(ids);
    }
}
