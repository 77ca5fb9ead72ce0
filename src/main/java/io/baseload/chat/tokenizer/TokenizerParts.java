package io.baseload.chat.tokenizer;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a tokenizer is made of, whichever files said it.
 *
 * @param bytes what each token stands for
 * @param shown what of it a reader sees
 * @param special the special tokens' texts
 * @param parsing recognises special tokens
 * @param plain takes special tokens' texts as ordinary text
 * @param plainAfter as plain, for a text that follows a special token
 * @param keepsText whether the algorithm leaves ASCII in a text as it is, white space apart
 * @param artificialSpace whether the first space of an answer is the algorithm's and not text
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
