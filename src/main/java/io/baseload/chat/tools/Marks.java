package io.baseload.chat.tools;

import java.util.List;
import java.util.function.Predicate;

/**
 * The texts that mark calls and reasoning. Where a mark is a special token of the vocabulary, only that token is the mark, never its spelled-out text: inside this
 * package it is one of Unicode's noncharacters, which no text has. Elsewhere the mark is its text.
 */
public final class Marks {
    private static final char FIRST = '\uFDD0';
    private static final char LAST = '\uFDEF';

    /** Texts of the special tokens among the marks; the one at {@code i} is the noncharacter {@code FIRST + i}. */
    private final List<String> special;

    /** @param special whether a text is a special token of the vocabulary */
    Marks(List<String> texts, Predicate<String> special) {
        this.special = texts.stream().distinct().filter(special).toList();
        if (this.special.size() > LAST - FIRST + 1) {
            throw new IllegalArgumentException("more marks than noncharacters");
        }
    }

    /** What the token of this text is to the readers; empty where it is no mark, and so nothing. */
    public String ofToken(String text) {
        int index = special.indexOf(text);
        return index < 0 ? "" : String.valueOf((char) (FIRST + index));
    }

    /** Text of a model as the readers may see it: without noncharacters. */
    public String ofText(String text) {
        return special.isEmpty() || text.chars().noneMatch(Marks::isMark)
                ? text
                : text.replaceAll("[\uFDD0-\uFDEF]", "\uFFFD");
    }

    /** How a mark stands in the stream. */
    String stream(String mark) {
        String token = ofToken(mark);
        return token.isEmpty() ? mark : token;
    }

    /** How a text with marks in it stands in the stream. */
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

    /** As users may see it. */
    String plain(char c) {
        return isMark(c) && c - FIRST < special.size() ? special.get(c - FIRST) : String.valueOf(c);
    }
}
