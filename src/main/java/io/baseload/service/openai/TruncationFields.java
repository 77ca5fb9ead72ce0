package io.baseload.service.openai;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Truncation;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The fields by which encoders of several servers cut texts: {@code truncate} of Jina and TEI, and as NIM has it, {@code truncation} of Jina and Voyage, {@code truncate_prompt_tokens} of
 * vLLM, {@code max_tokens_per_doc} of Cohere.
 */
final class TruncationFields {
    private static final String TRUNCATE = "truncate";
    private static final String TRUNCATION = "truncation";
    private static final String PROMPT_TOKENS = "truncate_prompt_tokens";
    private static final String DOCUMENT_TOKENS = "max_tokens_per_doc";
    private static final String QUERY_TOKENS = "max_tokens_per_query";

    private static final String ONLY_ENDS = "texts are only cut at their end.";

    /** NIM's words. */
    private static final List<String> ENDS = List.of("NONE", "END", "START");

    private static final List<String> SIDES = List.of("right", "left");

    private final Fields fields;
    private final Map<String, Object> sent = new LinkedHashMap<>();

    private TruncationFields(Fields fields) {
        this.fields = fields;
    }

    /** Those of texts. */
    static Truncation ofTexts(Fields fields) {
        return new TruncationFields(fields).read(false);
    }

    /** Those of a query and documents. */
    static Truncation ofDocuments(Fields fields) {
        return new TruncationFields(fields).read(true);
    }

    private Truncation read(boolean documents) {
        OptionalInt text = text();
        OptionalInt document = documents ? document() : OptionalInt.empty();
        refuseLeft("truncation_side");
        refuseLeft("truncation_direction");
        return sent.isEmpty() ? Truncation.NONE : new Truncation(text, document, sent);
    }

    private OptionalInt text() {
        Optional<Boolean> truncate = fields.find(TRUNCATE).map(this::truncate);
        Optional<Boolean> truncation = fields.find(TRUNCATION).map(value -> sent(value, value.flag()));
        Optional<Boolean> cuts = truncate.or(() -> truncation);
        if (!cuts.equals(truncation.or(() -> truncate))) {
            throw contradiction(TRUNCATION, TRUNCATE);
        }
        Optional<Integer> tokens = fields.find(PROMPT_TOKENS).map(this::promptTokens);
        if (tokens.isPresent() && cuts.equals(Optional.of(false))) {
            throw contradiction(PROMPT_TOKENS, truncate.isPresent() ? TRUNCATE : TRUNCATION);
        }
        return tokens.or(() -> cuts.filter(cut -> cut).map(cut -> Truncation.CONTEXT))
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    private boolean truncate(Value value) {
        if (!value.node().isString()) {
            return sent(value, value.flag());
        }
        String end = sent(value, value.oneOf(ENDS));
        if (end.equals("START")) {
            throw Invalid.unsupported(value.path(), ONLY_ENDS);
        }
        return end.equals("END");
    }

    private int promptTokens(Value value) {
        int tokens = sent(value, value.integer(Truncation.CONTEXT, Integer.MAX_VALUE));
        if (tokens == 0) {
            throw Invalid.value(value.path(), "expected -1 (the model's context length), or 1 or more.");
        }
        return tokens;
    }

    /** vLLM's 0 means any number. */
    private OptionalInt document() {
        fields.find(QUERY_TOKENS)
                .filter(value -> value.integer(0, Integer.MAX_VALUE) > 0)
                .ifPresent(value -> {
                    throw Invalid.unsupported(value.path(), "the query is never truncated.");
                });
        return fields.find(DOCUMENT_TOKENS)
                .map(value -> sent(value, value.integer(0, Integer.MAX_VALUE)))
                .filter(tokens -> tokens > 0)
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    private void refuseLeft(String name) {
        fields.find(name).ifPresent(value -> {
            String side = value.text().toLowerCase(Locale.ROOT); // TEI begins them with a capital
            if (!SIDES.contains(side)) {
                throw Invalid.notOneOf(value.path(), value.text(), SIDES);
            }
            if (side.equals("left")) {
                throw Invalid.unsupported(value.path(), ONLY_ENDS);
            }
        });
    }

    private <T> T sent(Value value, T read) {
        sent.put(value.path(), read);
        return read;
    }

    private static InvalidRequestException contradiction(String one, String other) {
        return Invalid.value(one, "it contradicts '" + other + "'.");
    }
}
