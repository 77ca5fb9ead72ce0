package io.baseload.cli;

/** Something that the user gave can't be used; the message names it in one line. */
final class BadInputException extends RuntimeException {
    BadInputException(String message) {
        super(message);
    }
}
