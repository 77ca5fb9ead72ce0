package io.baseload.chat.tools;

/** A piece of an answer that was read. */
public sealed interface Piece {
    /** Of what the model thinks before it answers. */
    record Reasoning(String text) implements Piece {}

    record Text(String text) implements Piece {}

    /** A call of an offered tool begins. */
    record Call(String name) implements Piece {}

    /** Of the JSON text of the arguments of the call that began last. */
    record Arguments(String fragment) implements Piece {}
}
