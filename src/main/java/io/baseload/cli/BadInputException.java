package io.baseload.cli;

/** The user's input can't be used; the message names it in one line. */
final class BadInputException extends RuntimeException {
    BadInputException(String message) {
        super(message);
    }
}
