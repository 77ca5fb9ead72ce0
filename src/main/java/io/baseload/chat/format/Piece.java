package io.baseload.chat.format;

/** A piece of an answer. */
public sealed interface Piece {
    /** Reasoning before the answer. */
    record Reasoning(String text) implements Piece {}

    record Text(String text) implements Piece {}

    /** A call of an offered tool begins. */
    record Call(String name) implements Piece {}

    /** A part of the JSON text of the last call's arguments. */
    record Arguments(String fragment) implements Piece {}
}
