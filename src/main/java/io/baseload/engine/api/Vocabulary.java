package io.baseload.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A model's vocabulary as stored in its files, not interpreted; {@code chat} creates a tokenizer and a chat template from it. */
public sealed interface Vocabulary {

    /**
     * The {@code tokenizer.*} keys of a GGUF file.
     *
     * @param name {@code general.name}: some rules depend only on the model's name
     * @param model the algorithm, as in {@code tokenizer.ggml.model}: "gpt2", "llama", "bert", "t5"
     * @param pre the pre-tokenizer's name, as in {@code tokenizer.ggml.pre}
     * @param tokens token texts by id, in the form that the algorithm uses (byte-level alphabet, ▁ …)
     * @param types token types by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; empty if the file has none
     * @param scores scores by id, of merges or of pieces; empty if the file has none
     * @param merges pairs "left right", best first; empty if the file has none
     * @param separator the token between two texts
     * @param addBos whether a BOS is added, if the file specifies it
     * @param addEos whether an EOS is added, if the file specifies it
     * @param addSeparator whether the separator is added between two texts, if the file specifies it
     * @param addSpacePrefix whether a space is put before the text, if the file specifies it
     * @param removeExtraSpaces whether spaces at the ends of a text and repeated ones are removed, if the file specifies it
     * @param characterMap sentencepiece's compiled map of characters to their normal forms; empty if the file has none
     * @param chatTemplates sources by name; the standard one is {@value #DEFAULT_TEMPLATE}
     */
    record Gguf(
            Optional<String> name,
            String model,
            Optional<String> pre,
            List<String> tokens,
            List<Integer> types,
            float[] scores,
            List<String> merges,
            OptionalInt bos,
            OptionalInt eos,
            OptionalInt eot,
            OptionalInt unknown,
            OptionalInt separator,
            Optional<Boolean> addBos,
            Optional<Boolean> addEos,
            Optional<Boolean> addSeparator,
            Optional<Boolean> addSpacePrefix,
            Optional<Boolean> removeExtraSpaces,
            byte[] characterMap,
            Map<String, String> chatTemplates)
            implements Vocabulary {}

    /**
     * The files of a Hugging Face folder that define the vocabulary: {@code tokenizer.json}, {@code tokenizer.model} or {@code vocab.txt}, with
     * {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json}, {@code generation_config.json}, {@code config.json},
     * {@code chat_template.jinja} and {@code additional_chat_templates/NAME.jinja}, as far as they exist.
     *
     * @param folder the folder, for error messages
     * @param files their contents by name relative to the folder
     */
    record Files(Path folder, Map<String, byte[]> files) implements Vocabulary {}

    /** The name of the chat template that is used when none is requested. */
    String DEFAULT_TEMPLATE = "default";
}
