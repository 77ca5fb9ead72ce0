package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** A tokenizer's parts from the keys of a GGUF file, with llama.cpp's defaults. */
final class GgufParts {
    private static final System.Logger LOG = System.getLogger(GgufParts.class.getName());
    /** Pre-tokenizers of RoBERTa's kind, whose mask token swallows the space before it. */
    private static final Set<String> ROBERTA = Set.of("jina-v1-en", "jina-v2-code", "roberta-bpe");

    private static final Set<String> PHI3_KEEPS_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    private final Vocabulary.Gguf gguf;
    private final TokenList tokens;
    private final List<AddedToken> added;
    private final Set<Integer> stops;

    private GgufParts(Vocabulary.Gguf gguf) {
        this.gguf = gguf;
        List<TokenType> types = IntStream.range(0, gguf.tokens().size())
                .mapToObj(id -> gguf.types().isEmpty()
                        ? TokenType.NORMAL
                        : TokenType.numbered(gguf.types().get(id), id))
                .toList();
        tokens = new TokenList(gguf.tokens(), types);
        List<AddedToken> found = added();
        stops = StopTokens.of(namedStops(), found);
        added = StopTokens.guarded(found, stops);
    }

    /** @throws IllegalArgumentException if the vocabulary is broken or of an unknown kind; the message names the cause */
    static TokenizerParts of(Vocabulary.Gguf gguf) {
        VocabularyCheck.check(gguf);
        GgufParts parts = new GgufParts(gguf);
        return switch (gguf.model()) {
            case "gpt2" -> parts.bytePairs(PreTokenizer.named(parts.pre()));
            case "gemma4" -> parts.bytePairs(PreTokenizer.named("gemma4"));
            case "llama" -> parts.sentencePieces();
            case "bert" -> parts.wordPieces();
            case "t5" -> parts.unigram();
            default ->
                throw new IllegalArgumentException("tokenizer.ggml.model is \"" + gguf.model()
                        + "\", which this version doesn't know; it knows gpt2, llama, gemma4, bert and t5");
        };
    }

    private String pre() {
        if (gguf.pre().isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the model file names no pre-tokenizer; \"default\" is used, which is rarely right");
        }
        return gguf.pre().orElse("default");
    }

    private TokenizerParts bytePairs(PreTokenizer pre) {
        int unknown = gguf.unknown().orElse(0);
        Encoder parsing = NativeTokenizer.read(TokenizerJson.of(tokens, added, pre, gguf.merges(), unknown));
        Supplier<Encoder> plain = () ->
                NativeTokenizer.read(TokenizerJson.of(tokens, AddedToken.ordinary(added), pre, gguf.merges(), unknown));
        return parts(
                TokenBytes.of(tokens, !pre.raw()),
                parsing,
                plain,
                encoder -> paired(encoder, pre.addBos(), false, pre.addSeparator()),
                true,
                false);
    }

    private TokenizerParts sentencePieces() {
        boolean prefixed = gguf.addSpacePrefix().orElse(true);
        var prefix = prefixed ? SentencePieces.Prefix.EVERY_STRETCH : SentencePieces.Prefix.NEVER;
        var pieces = new SentencePieces(tokens, gguf.scores(), gguf.unknown().orElse(0), prefix);
        PieceEncoders encoders = new PieceEncoders(pieces, added);
        return parts(
                TokenBytes.of(tokens, false),
                encoders.parsing(),
                encoders::plain,
                encoder -> frame(encoder, true, false),
                true,
                prefixed);
    }

    /** As llama.cpp, which adds a space before each word if it removes those between them. */
    private TokenizerParts unigram() {
        boolean mergesSpaces = gguf.removeExtraSpaces().orElse(false);
        boolean prefixed = mergesSpaces || gguf.addSpacePrefix().orElse(false);
        int unknown = gguf.unknown().orElseGet(() -> tokens.types().indexOf(TokenType.UNKNOWN));
        VocabularyCheck.require(unknown >= 0, "no token is unknown text's: unknown_token_id is missing");
        var pieces = new Unigram(tokens, gguf.scores(), unknown, gguf.characterMap(), prefixed, mergesSpaces);
        Encoder parsing = NativeTokenizer.read(TokenizerJson.of(pieces, added));
        Supplier<Encoder> plain = () -> NativeTokenizer.read(TokenizerJson.of(pieces, AddedToken.ordinary(added)));
        return parts(
                TokenBytes.of(tokens, false),
                parsing,
                plain,
                encoder -> paired(encoder, false, true, true),
                false,
                prefixed);
    }

    private TokenizerParts wordPieces() {
        WordPieces words = WordPieces.ofGguf(tokens);
        List<AddedToken> all = new ArrayList<>(added);
        all.addAll(words.special(added));
        return words.parts(List.copyOf(all), 0, stops);
    }

    private TokenizerParts parts(
            TokenBytes bytes,
            Encoder parsing,
            Supplier<Encoder> plain,
            UnaryOperator<Encoder> framing,
            boolean keepsText,
            boolean artificialSpace) {
        Supplier<Encoder> lazyPlain = new Lazy<>(() -> framing.apply(plain.get()));
        return new TokenizerParts(
                tokens.with(added, 0),
                bytes,
                bytes,
                AddedTexts.special(added),
                framing.apply(parsing),
                lazyPlain,
                lazyPlain,
                text(gguf.bos()),
                text(gguf.eos()),
                stops,
                keepsText,
                artificialSpace,
                gguf.chatTemplates());
    }

    /** With what is added if the file doesn't specify it; the separator is the EOS if it names no other. */
    private Paired paired(Encoder encoder, boolean addBos, boolean addEos, boolean addSeparator) {
        OptionalInt separator = gguf.separator().isPresent() ? gguf.separator() : gguf.eos();
        return new Paired(
                frame(encoder, addBos, addEos),
                gguf.addSeparator().orElse(addSeparator) ? separator : OptionalInt.empty());
    }

    /** With what is added if the file doesn't specify it. */
    private Framed frame(Encoder encoder, boolean addBos, boolean addEos) {
        OptionalInt before = gguf.addBos().orElse(addBos) ? gguf.bos() : OptionalInt.empty();
        OptionalInt after = gguf.addEos().orElse(addEos) ? gguf.eos() : OptionalInt.empty();
        return new Framed(encoder, before, after);
    }

    private List<AddedToken> added() {
        boolean phi3 = gguf.name().orElse("").toLowerCase(Locale.ROOT).matches(".*phi-?3.*");
        boolean roberta = gguf.pre().filter(ROBERTA::contains).isPresent();
        List<AddedToken> found = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            TokenType type = tokens.type(id);
            if (type.added()) {
                AddedToken token = AddedToken.of(id, tokens.text(id), type.special());
                if (phi3 && !PHI3_KEEPS_SPACE.contains(token.text())) {
                    found.add(token.swallowingSpaceAfter());
                } else {
                    found.add(roberta && token.text().equals("<mask>") ? token.swallowingSpaceBefore() : token);
                }
            }
        }
        return found;
    }

    private Set<Integer> namedStops() {
        Set<Integer> ids = new TreeSet<>();
        gguf.eos().ifPresent(ids::add);
        gguf.eot().ifPresent(ids::add);
        return ids;
    }

    private String text(OptionalInt id) {
        return id.isPresent() ? tokens.text(id.getAsInt()) : "";
    }
}
