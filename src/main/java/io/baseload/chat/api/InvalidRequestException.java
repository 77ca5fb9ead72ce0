package io.baseload.chat.api;

import java.util.Optional;

/** A bad request: the field, and the allowed values. */
public final class InvalidRequestException extends RuntimeException {
    private final String field;
    private final String code;
    private final transient Optional<Excess> excess;

    /**
     * Why a request is too long.
     *
     * @param prompt its tokens; a lower bound if they were not counted, because the text can't fit whatever they are
     * @param completion requested tokens of the answer
     * @param context the most tokens that prompt and answer may have together
     */
    public record Excess(long prompt, int completion, int context) {}

    /**
     * @param field path of the field, such as {@code messages[1].content}
     * @param code one of the error codes of the OpenAI API: {@code context_length_exceeded}, {@code invalid_value} …
     */
    public InvalidRequestException(String field, String code, String message) {
        this(field, code, message, Optional.empty());
    }

    /** The same, with the numbers of a request that is too long. */
    public InvalidRequestException(String field, String code, String message, Optional<Excess> excess) {
        super(message);
        this.field = field;
        this.code = code;
        this.excess = excess;
    }

    /** The same, but at another field. */
    public InvalidRequestException at(String other) {
        return new InvalidRequestException(other, code, String.valueOf(getMessage()), excess);
    }

    public String field() {
        return field;
    }

    public String code() {
        return code;
    }

    /** Empty unless the request is too long, and it is known here by how much. */
    public Optional<Excess> excess() {
        return excess;
    }
}
