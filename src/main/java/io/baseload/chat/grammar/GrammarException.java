package io.baseload.chat.grammar;

/** A grammar, expression or schema that can't be compiled: where, and what is wrong or not supported. */
public final class GrammarException extends RuntimeException {
    private final String place;
    private final String problem;

    /** @param place such as {@code line 3, column 7} or a JSON pointer; empty where no place can be named */
    public GrammarException(String place, String problem) {
        super(place.isEmpty() ? problem : place + ": " + problem);
        this.place = place;
        this.problem = problem;
    }

    public String place() {
        return place;
    }

    /** What is wrong, without the place. */
    public String problem() {
        return problem;
    }
}
