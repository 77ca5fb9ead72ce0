package io.baseload.chat.tokenizer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The text settings in the configuration files of a Hugging Face folder, besides the tokenizer itself.
 *
 * @param modelType {@code model_type} of config.json; empty if missing
 * @param tokenizerClass {@code tokenizer_class} of tokenizer_config.json; BERT's if missing
 * @param vocabularySize rows of the model's embeddings, 0 if unknown; some are not tokens
 * @param bos the text of the token that begins a prompt
 * @param eos the text of the token that ends an answer
 * @param addBos whether a BOS is added, if the files say so
 * @param addEos whether an EOS is added, if the files say so
 * @param legacy whether each stretch between special tokens gets a space before it (sentencepiece), and not only the text
 * @param normalization the form in which word pieces are looked up
 * @param added tokens that the files add to the tokenizer's own
 * @param special texts of tokens that the files mark as special
 * @param stops ids that end an answer ({@code eos_token_id} of generation_config.json and config.json)
 * @param chatTemplates sources by name
 */
record FolderConfig(
        String modelType,
        String tokenizerClass,
        int vocabularySize,
        Optional<String> bos,
        Optional<String> eos,
        Optional<Boolean> addBos,
        Optional<Boolean> addEos,
        boolean legacy,
        WordPieces.Normalization normalization,
        List<AddedToken> added,
        Set<String> special,
        Set<Integer> stops,
        Map<String, String> chatTemplates) {

    static FolderConfig read(JsonFiles files) {
        return new FolderConfigReader(files).read();
    }
}
