package io.baseload.chat.tokenizer;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A tokenizer's parts from the files of a Hugging Face folder, in the same way as transformers' tokenizers. */
final class FolderParts {
    private static final String WORD_PIECES = "vocab.txt";
    private static final List<String> NAMES = List.of(TokenizerJsonFile.NAME, SentencePieceModel.NAME, WORD_PIECES);

    /** The classes that read {@value #WORD_PIECES} as BERT does. */
    private static final Set<String> WORD_PIECE_CLASSES =
            Set.of("BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast");

    /** The classes that add a BOS unless told otherwise, and whose settings replace the post-processor of {@value TokenizerJsonFile#NAME}. */
    private static final Set<String> FRAMING_CLASSES = Set.of(
            "LlamaTokenizer",
            "LlamaTokenizerFast",
            "CodeLlamaTokenizer",
            "CodeLlamaTokenizerFast",
            "GemmaTokenizer",
            "GemmaTokenizerFast",
            "CohereTokenizer",
            "CohereTokenizerFast");

    private final JsonFiles files;
    private final FolderConfig config;

    private FolderParts(Vocabulary.Files vocabulary) {
        files = new JsonFiles(vocabulary);
        config = FolderConfig.read(files);
    }

    /**
     * @throws ModelFileException if there is no tokenizer, or a file is broken
     * @throws IllegalArgumentException if the vocabulary is inconsistent
     */
    static TokenizerParts of(Vocabulary.Files vocabulary) {
        requireTokenizer(vocabulary);
        FolderParts parts = new FolderParts(vocabulary);
        // a conversion of Yuan's model to tokenizer.json can't express how equal scores are merged
        boolean yuan = parts.config.modelType().equals("yuan");
        boolean model = parts.files.names().contains(SentencePieceModel.NAME);
        Optional<String> json = parts.files.text(TokenizerJsonFile.NAME).filter(text -> !(yuan && model));
        return json.map(parts::tokenizerJson).orElseGet(() -> model ? parts.sentencePieces() : parts.wordPieces());
    }

    private static void requireTokenizer(Vocabulary.Files vocabulary) {
        if (Collections.disjoint(vocabulary.files().keySet(), NAMES)) {
            throw new ModelFileException(
                    vocabulary.folder(), -1, "has no tokenizer: expected " + String.join(" or ", NAMES));
        }
    }

    private TokenizerParts tokenizerJson(String text) {
        TokenizerJsonFile file = new TokenizerJsonReader(files, text).read();
        List<AddedToken> known = added(file.added());
        TokenList all = file.tokens().with(known, config.vocabularySize());
        Set<Integer> stops = stops(all, known, config.eos());
        List<AddedToken> added = StopTokens.guarded(known, stops);
        TokenList tokens = all.with(added, 0);
        NativeTokenizer parsing =
                NativeTokenizer.read(file.inOrder() && added.equals(file.added()) ? text : file.with(added));
        boolean frames = FRAMING_CLASSES.contains(config.tokenizerClass());
        String anchor = "<" + UUID.randomUUID() + ">";
        List<AddedToken> ordinary = new ArrayList<>(added);
        ordinary.removeIf(AddedToken::special);
        ordinary.add(AddedToken.of(tokens.size(), anchor, false));
        UnaryOperator<Encoder> framed =
                replacesFrame(frames) ? framing(tokens, config.bos(), config.eos(), frames) : UnaryOperator.identity();
        Supplier<Encoder> plain = new Lazy<>(() -> framed.apply(NativeTokenizer.read(file.with(ordinary))));
        TokenBytes bytes = TokenBytes.of(tokens, file.byteLevel());
        bytes.requireKnown(parsing.encodeWhole("a"), problem -> files.refuse(TokenizerJsonFile.NAME, -1, problem));
        return new TokenizerParts(
                tokens,
                bytes,
                bytes,
                AddedTexts.special(added),
                framed.apply(parsing),
                plain,
                () -> after(anchor, plain.get()),
                config.bos().orElse(""),
                config.eos().orElse(""),
                stops,
                file.keepsText(),
                file.dropsFirstSpace(),
                config.chatTemplates());
    }

    /**
     * Whether BOS and EOS are added as the configuration says, not as the post-processor does. Other classes ignore a false setting: Qwen's has one, and its post-processor adds an EOS for
     * embeddings.
     */
    private boolean replacesFrame(boolean frames) {
        return Stream.of(config.addBos(), config.addEos())
                .flatMap(Optional::stream)
                .anyMatch(set -> set || frames);
    }

    /** Encodes text after an anchor that no other text can contain, so that a vocabulary which adds a space only at the beginning of a text adds none. */
    private static Encoder after(String anchor, Encoder plain) {
        return text -> {
            int[] ids = plain.encode(anchor + text);
            return Arrays.copyOfRange(ids, 1, ids.length);
        };
    }

    private TokenizerParts sentencePieces() {
        SentencePieceModel model = SentencePieceModel.read(files);
        return YuanTokens.isYuan(model.tokens()) ? yuan(model) : sentencePieces(model);
    }

    private TokenizerParts sentencePieces(SentencePieceModel model) {
        List<AddedToken> known = added(model.added());
        Optional<String> bos = config.bos().or(() -> model.text(model.bos()));
        Optional<String> eos = config.eos().or(() -> model.text(model.eos()));
        TokenList all = model.tokens().with(known, config.vocabularySize());
        Set<Integer> stops = stops(all, known, eos);
        List<AddedToken> added = StopTokens.guarded(known, stops);
        var stretch = config.legacy() ? SentencePieces.Prefix.EVERY_STRETCH : SentencePieces.Prefix.TEXT;
        var prefix = model.addDummyPrefix() ? stretch : SentencePieces.Prefix.NEVER;
        PieceEncoders encoders = new PieceEncoders(model.pieces(prefix), added);
        TokenList tokens = all.with(added, 0);
        TokenBytes bytes = TokenBytes.of(tokens, false);
        UnaryOperator<Encoder> framing = framing(tokens, bos, eos, true);
        return new TokenizerParts(
                tokens,
                bytes,
                bytes,
                AddedTexts.special(added),
                framing.apply(encoders.parsing()),
                new Lazy<>(() -> framing.apply(encoders.plain())),
                new Lazy<>(encoders::plainAfter),
                bos.orElse(""),
                eos.orElse(""),
                stops,
                true,
                model.addDummyPrefix(),
                config.chatTemplates());
    }

    private TokenizerParts wordPieces() {
        if (!WORD_PIECE_CLASSES.contains(config.tokenizerClass())) {
            throw files.refuse(
                    WORD_PIECES, -1, "is read for the tokenizers of BERT, not for " + config.tokenizerClass());
        }
        List<String> lines = files.text(WORD_PIECES).orElseThrow().lines().toList();
        var own = new TokenList(lines, Collections.nCopies(lines.size(), TokenType.NORMAL));
        var words = new WordPieces(own, config.normalization());
        List<AddedToken> known = added(words.special(List.of()));
        Set<Integer> stops = stops(own, known, Optional.empty());
        return words.parts(known, config.vocabularySize(), stops);
    }

    /** Uses the authors' settings, which differ from the published files: nothing is added, and {@code </s>} is text. */
    private TokenizerParts yuan(SentencePieceModel model) {
        List<AddedToken> added = YuanTokens.added(model.tokens());
        TokenList tokens = model.tokens().asText("</s>").with(added, config.vocabularySize());
        PieceEncoders encoders = new PieceEncoders(model.pieces(SentencePieces.Prefix.EVERY_STRETCH), added);
        TokenBytes bytes = TokenBytes.of(tokens, false);
        Supplier<Encoder> plain = new Lazy<>(encoders::plain);
        return new TokenizerParts(
                tokens,
                bytes,
                YuanTokens.shown(bytes),
                AddedTexts.special(added),
                encoders.parsing(),
                plain,
                plain,
                "<s>",
                YuanTokens.EOD,
                StopTokens.of(Set.of(), added),
                true,
                true,
                config.chatTemplates());
    }

    /** The tokenizer's own added tokens and those of the configuration; a token is special if either marks it so. */
    private List<AddedToken> added(List<AddedToken> own) {
        List<AddedToken> all = new ArrayList<>(own);
        Set<String> texts = new HashSet<>();
        own.forEach(token -> texts.add(token.text()));
        config.added().stream().filter(token -> texts.add(token.text())).forEach(all::add);
        Set<String> special = new HashSet<>(config.special());
        config.added().stream().filter(AddedToken::special).forEach(token -> special.add(token.text()));
        all.replaceAll(token -> special.contains(token.text()) ? token.asSpecial() : token);
        return all;
    }

    private Set<Integer> stops(TokenList tokens, List<AddedToken> added, Optional<String> eos) {
        Set<Integer> named = new TreeSet<>(config.stops());
        eos.map(tokens::find).ifPresent(id -> id.ifPresent(named::add));
        named.removeIf(id -> id >= tokens.size());
        return StopTokens.of(named, added);
    }

    private UnaryOperator<Encoder> framing(
            TokenList tokens, Optional<String> bos, Optional<String> eos, boolean addBos) {
        OptionalInt before = config.addBos().orElse(addBos) ? find(tokens, bos) : OptionalInt.empty();
        OptionalInt after = config.addEos().orElse(false) ? find(tokens, eos) : OptionalInt.empty();
        return encoder -> new Framed(encoder, before, after);
    }

    private static OptionalInt find(TokenList tokens, Optional<String> text) {
        return text.isPresent() ? tokens.find(text.get()) : OptionalInt.empty();
    }
}
