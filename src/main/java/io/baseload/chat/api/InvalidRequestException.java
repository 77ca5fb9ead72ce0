package io.baseload.chat.api;

/** A bad request: the field, and the allowed values. */
public final class InvalidRequestException extends RuntimeException {
    private final String field;
    private final String code;

    /**
     * @param field path of the field, such as {@code messages[1].content}
     * @param code one of the error codes of the OpenAI API: {@code context_length_exceeded}, {@code invalid_value} …
     */
    public InvalidRequestException(String field, String code, String message) {
        super(message);
        this.field = field;
        this.code = code;
    }

    public String field() {
        return field;
    }

    public String code() {
        return code;
    }
}
