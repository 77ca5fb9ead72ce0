package io.baseload.chat.encoding;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Truncation;
import io.baseload.engine.api.EncoderText;
import java.util.Arrays;

/**
 * Cuts the texts of a request at their ends, as Hugging Face's tokenizers do: what the tokenizer adds stays, before and behind the text.
 *
 * @param most tokens of a text, or of a query with a document
 * @param tail number of tokens that the tokenizer adds behind a text
 */
record Truncator(long most, int tail) {
    private static final Truncator NONE = new Truncator(Integer.MAX_VALUE, 0);

    /** Any text that has a token. */
    private static final String SAMPLE = "a";

    /**
     * @param context the model's context length
     * @throws InvalidRequestException if the request's truncation leaves no token of any text, or can't be applied to its input
     */
    static Truncator of(EncoderWords words, EncodingRequest request, int context) {
        Truncation truncation = request.truncation();
        if (!truncation.cuts()) {
            return NONE;
        }
        if (request.input() instanceof EncodingInput.Tokens) {
            throw invalid(
                    "input", "invalid_value", "Token ids are used unchanged: to have them truncated, send the texts.");
        }
        int kept = words.withoutText(request.input()).length;
        long most = Long.MAX_VALUE;
        if (truncation.text().isPresent()) {
            most = limit(truncation.text().getAsInt(), context);
            checkRoom(request.input(), kept, most);
        }
        if (truncation.document().isPresent()) {
            most = Math.min(most, (long) kept + truncation.document().getAsInt());
        }
        return new Truncator(most, tail(words, request.input()));
    }

    private static int limit(int wanted, int context) {
        if (wanted > context) {
            throw invalid(
                    "truncate_prompt_tokens",
                    "invalid_value",
                    "Invalid 'truncate_prompt_tokens': this model's maximum context length is " + context + " tokens.");
        }
        return wanted == Truncation.CONTEXT ? context : wanted;
    }

    private static void checkRoom(EncodingInput input, int kept, long most) {
        if (kept >= most) {
            boolean ranks = input instanceof EncodingInput.Documents;
            throw invalid(
                    ranks ? "query" : "input",
                    "context_length_exceeded",
                    "Of at most " + most + " tokens, "
                            + (ranks
                                    ? "the query, which is never truncated, and what is added take " + kept
                                            + ": none is left for a document."
                                    : "what is added to a text takes " + kept + ": none is left for the text."));
        }
    }

    /** The number of tokens behind the last one of a text. */
    private static int tail(EncoderWords words, EncodingInput input) {
        int[] text = words.tokenizer().encode(SAMPLE);
        int[] whole = input instanceof EncodingInput.Documents
                ? words.tokenizer().encodePair(SAMPLE, SAMPLE).tokens()
                : words.tokenizer().encodeWhole(SAMPLE);
        for (int end = whole.length; end >= text.length; end--) {
            if (Arrays.equals(whole, end - text.length, end, text, 0, text.length)) {
                return whole.length - end;
            }
        }
        throw invalid(
                "model",
                "unsupported_value",
                "This model's tokenizer changes a text when it adds tokens, so that texts can't be truncated.");
    }

    private static InvalidRequestException invalid(String field, String code, String message) {
        return new InvalidRequestException(field, code, message);
    }

    /** The text, of which the end may be missing. */
    EncoderText cut(EncoderText text) {
        int[] tokens = text.tokens();
        if (tokens.length <= most) {
            return text;
        }
        int[] kept = Arrays.copyOf(tokens, (int) most);
        System.arraycopy(tokens, tokens.length - tail, kept, kept.length - tail, tail);
        return new EncoderText(kept, text.second() == tokens.length ? kept.length : text.second());
    }
}
