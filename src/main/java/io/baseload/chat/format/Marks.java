package io.baseload.chat.format;

import java.util.List;
import java.util.function.Predicate;

/**
 * The texts that mark calls and reasoning. If a mark is a special token of the vocabulary, only that token is the mark, never its spelled-out text: inside this package it is represented by
 * one of Unicode's noncharacters, which no text contains. Otherwise the mark is its text.
 */
public final class Marks {
    private static final char FIRST = '\uFDD0';
    private static final char LAST = '\uFDEF';

    /** Texts of the special tokens among the marks; the one at index {@code i} is the noncharacter {@code FIRST + i}. */
    private final List<String> special;

    /** @param special whether a text is a special token of the vocabulary */
    Marks(List<String> texts, Predicate<String> special) {
        this.special = texts.stream().distinct().filter(special).toList();
        if (this.special.size() > LAST - FIRST + 1) {
            throw new IllegalArgumentException("more marks than noncharacters");
        }
    }

    /** The form in which readers get the token with this text; empty if it is not a mark. */
    public String ofToken(String text) {
        int index = special.indexOf(text);
        return index < 0 ? "" : String.valueOf((char) (FIRST + index));
    }

    /** Text of a model for the readers: without noncharacters. */
    public String ofText(String text) {
        return special.isEmpty() || text.chars().noneMatch(Marks::isMark)
                ? text
                : text.replaceAll("[\uFDD0-\uFDEF]", "\uFFFD");
    }

    /** The form of a mark in the stream. */
    String stream(String mark) {
        String token = ofToken(mark);
        return token.isEmpty() ? mark : token;
    }

    /** The form of a text with marks in the stream. */
    String streamed(String text) {
        String streamed = text;
        for (String mark : special) {
            streamed = streamed.replace(mark, ofToken(mark));
        }
        return streamed;
    }

    List<String> stream(List<String> marks) {
        return marks.stream().map(this::stream).toList();
    }

    static boolean isMark(int c) {
        return c >= FIRST && c <= LAST;
    }

    /** The text of a char for users. */
    String plain(char c) {
        return isMark(c) && c - FIRST < special.size() ? special.get(c - FIRST) : String.valueOf(c);
    }
}
