package io.baseload.chat.stop;

import java.util.Optional;

/**
 * Lets an answer through up to the first stop text, wherever the pieces are cut: what comes out is the text before the leftmost occurrence of any of the
 * stop texts. A tail that may yet become a stop text is held back. Not safe for use by several threads.
 */
public final class StopScanner {
    private static final long NOWHERE = Long.MAX_VALUE;

    private final StopTexts stops;
    private final int[] matched;
    private final StringBuilder held = new StringBuilder();
    /** Chars of the answer that were let through. */
    private long passed;

    private long seen;
    private long match = NOWHERE;
    private int matchedText;
    private boolean done;

    StopScanner(StopTexts stops) {
        this.stops = stops;
        this.matched = new int[stops.texts.length];
    }

    /** What may be sent on after these whole characters; empty when all of it must wait. */
    public String append(String characters) {
        if (done || stops.isEmpty()) {
            passed += done ? 0 : characters.length();
            return done ? "" : characters;
        }
        held.append(characters);
        for (int i = 0; i < characters.length() && !done; i++) {
            step(characters.charAt(i));
            done = match <= openStart();
        }
        return release(Math.min(match, openStart()));
    }

    /** The answer is over: what was held back, as no stop text came of it. */
    public String finish() {
        long end = match < NOWHERE ? match : passed + held.length();
        done |= match < NOWHERE;
        return release(end);
    }

    /** Whether a stop text was found; nothing comes out any more. */
    public boolean stopped() {
        return done;
    }

    /** The stop text that was found. */
    public Optional<String> stopText() {
        return done && match < NOWHERE ? Optional.of(stops.texts[matchedText]) : Optional.empty();
    }

    /** Chars that were let through so far. */
    public long passed() {
        return passed;
    }

    private void step(char c) {
        seen++;
        for (int t = 0; t < matched.length; t++) {
            matched[t] = stops.advance(t, matched[t], c);
            int length = stops.texts[t].length();
            if (matched[t] == length) {
                matchedText = seen - length < match ? t : matchedText;
                match = Math.min(match, seen - length);
                matched[t] = stops.failures[t][length];
            }
        }
    }

    /** Where the leftmost text that may still become a stop text begins. */
    private long openStart() {
        int longest = 0;
        for (int n : matched) {
            longest = Math.max(longest, n);
        }
        return seen - longest;
    }

    private String release(long end) {
        int count = (int) (end - passed);
        String text = held.substring(0, count);
        held.delete(0, count);
        passed = end;
        return text;
    }
}
