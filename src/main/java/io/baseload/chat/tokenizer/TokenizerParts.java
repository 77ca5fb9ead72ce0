package io.baseload.chat.tokenizer;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The parts of a tokenizer, from whatever files.
 *
 * @param bytes the bytes of each token
 * @param shown the bytes that are shown to readers
 * @param special the special tokens' texts
 * @param parsing the encoder that recognizes special tokens
 * @param plain the encoder for which special tokens' texts are ordinary text
 * @param plainAfter as plain, for a text after a special token
 * @param keepsText whether the algorithm keeps ASCII unchanged, except white space
 * @param artificialSpace whether the first space of an answer is added by the algorithm and is not text
 * @param chatTemplates sources by name
 */
record TokenizerParts(
        TokenList tokens,
        TokenBytes bytes,
        TokenBytes shown,
        AddedTexts special,
        Encoder parsing,
        Supplier<Encoder> plain,
        Supplier<Encoder> plainAfter,
        String bosText,
        String eosText,
        Set<Integer> stops,
        boolean keepsText,
        boolean artificialSpace,
        Map<String, String> chatTemplates) {}
