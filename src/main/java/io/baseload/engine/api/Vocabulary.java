package io.baseload.engine.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model's vocabulary as its file describes it; the words layer makes a tokenizer of it.
 *
 * @param model the algorithm, as in {@code tokenizer.ggml.model}: "gpt2", "llama"
 * @param pre the pre-tokenizer's name, as in {@code tokenizer.ggml.pre}
 * @param tokens token texts by id, in the form that the algorithm uses (byte-level alphabet, ▁ …)
 * @param types token types by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; empty if the file has none
 * @param scores merge scores by id; empty if the file has none
 * @param merges pairs "left right", best first; empty if the file has none
 * @param addBos whether a BOS is added, where the file says
 * @param addEos whether an EOS is added, where the file says
 * @param addSpacePrefix whether a space is put before the text, where the file says
 * @param chatTemplate the chat template's source
 */
public record Vocabulary(
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
        Optional<Boolean> addBos,
        Optional<Boolean> addEos,
        Optional<Boolean> addSpacePrefix,
        Optional<String> chatTemplate) {}
