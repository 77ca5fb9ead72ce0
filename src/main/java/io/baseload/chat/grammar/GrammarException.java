package io.baseload.chat.grammar;

/** A grammar, expression or schema that can't be compiled: the place, and the error or unsupported feature. */
public final class GrammarException extends RuntimeException {
    private final String place;
    private final String problem;

    /** @param place such as {@code line 3, column 7} or a JSON pointer; empty if there is none */
    public GrammarException(String place, String problem) {
        super(place.isEmpty() ? problem : place + ": " + problem);
        this.place = place;
        this.problem = problem;
    }

    public String place() {
        return place;
    }

    /** The message without the place. */
    public String problem() {
        return problem;
    }
}
