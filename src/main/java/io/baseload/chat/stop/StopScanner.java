package io.baseload.chat.stop;

import java.util.Optional;

/**
 * Passes an answer on up to the first stop text, wherever the pieces are split: the output is the text before the leftmost occurrence of any of the stop texts. An ending that may
 * still become a stop text is held back. Not thread-safe.
 */
public final class StopScanner {
    private static final long NOWHERE = Long.MAX_VALUE;

    private final StopTexts stops;
    private final int[] matched;
    private final StringBuilder held = new StringBuilder();
    /** Number of chars of the answer that were passed on. */
    private long passed;

    private long seen;
    private long match = NOWHERE;
    private int matchedText;
    private boolean done;

    StopScanner(StopTexts stops) {
        this.stops = stops;
        this.matched = new int[stops.texts.length];
    }

    /** The text that may be sent after these whole characters; empty if all of it must wait. */
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

    /** The answer is over: returns the held text, as it did not become a stop text. */
    public String finish() {
        long end = match < NOWHERE ? match : passed + held.length();
        done |= match < NOWHERE;
        return release(end);
    }

    /** Whether a stop text was found; then nothing more is passed on. */
    public boolean stopped() {
        return done;
    }

    /** The stop text that was found. */
    public Optional<String> stopText() {
        return done && match < NOWHERE ? Optional.of(stops.texts[matchedText]) : Optional.empty();
    }

    /** Number of chars passed on so far. */
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

    /** Start of the leftmost text that may still become a stop text. */
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
