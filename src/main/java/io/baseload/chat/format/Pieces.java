package io.baseload.chat.format;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Collects the readers' results. White space around reasoning and before calls doesn't belong to the answer, so white space is held until it is known what follows; text after a call is
 * dropped, because clients don't expect any.
 */
final class Pieces {
    private enum Kind {
        TEXT,
        REASONING,
        ARGUMENTS
    }

    private final Marks marks;
    private final boolean tools;
    private final boolean parallel;
    private final List<Piece> pieces = new ArrayList<>();
    private final StringBuilder run = new StringBuilder();
    private final StringBuilder blanks = new StringBuilder();
    private Kind kind = Kind.TEXT;
    private final Set<Kind> begun = EnumSet.noneOf(Kind.class);
    private boolean trimming;
    private boolean paragraph;
    private boolean argued;
    private int calls;
    private int endedCalls;

    /**
     * @param tools whether there may be calls
     * @param parallel whether there may be several; otherwise all after the first one are dropped
     */
    Pieces(Marks marks, boolean tools, boolean parallel) {
        this.marks = marks;
        this.tools = tools;
        this.parallel = parallel;
    }

    /** Whether the answer has all allowed calls. */
    boolean over() {
        return !parallel && endedCalls > 0;
    }

    void text(int c) {
        if (calls == 0) {
            enter(Kind.TEXT);
            add(c, tools);
        }
    }

    /** Reasoning begins; it may be empty. */
    void thinks() {
        enter(Kind.REASONING);
        trimming = true;
    }

    void reasoning(int c) {
        enter(Kind.REASONING);
        add(c, true);
    }

    /** A message of text or reasoning begins; after others of its kind it is a paragraph of its own. */
    void message() {
        paragraph = true;
    }

    void call(String name) {
        if (over()) {
            return;
        }
        blanks.setLength(0);
        endRun();
        kind = Kind.ARGUMENTS;
        calls++;
        argued = false;
        pieces.add(new Piece.Call(name));
    }

    void arguments(int c) {
        if (over()) {
            return;
        }
        argued = true;
        run.append(marks.plain((char) c));
    }

    void arguments(CharSequence text) {
        if (over()) {
            return;
        }
        argued |= !text.isEmpty();
        run.append(text);
    }

    /** The call is complete; if it had no arguments, they are an empty object. */
    void callEnded() {
        if (over()) {
            return;
        }
        if (!argued) {
            run.append("{}");
        }
        endedCalls++;
    }

    int calls() {
        return calls;
    }

    int endedCalls() {
        return endedCalls;
    }

    /** Whether the last piece is reasoning. */
    boolean thinking() {
        return kind == Kind.REASONING;
    }

    /** Number of held chars. */
    int held() {
        return blanks.length();
    }

    /** Returns the pieces since the last call; never half a surrogate pair. */
    List<Piece> take() {
        boolean half = !run.isEmpty() && Character.isHighSurrogate(run.charAt(run.length() - 1));
        String kept = half ? run.substring(run.length() - 1) : "";
        run.setLength(run.length() - kept.length());
        endRun();
        run.append(kept);
        List<Piece> taken = List.copyOf(pieces);
        pieces.clear();
        return taken;
    }

    /** The end of the answer: held white space belongs to its text. */
    List<Piece> finish() {
        if (kind == Kind.TEXT) {
            run.append(blanks);
        }
        blanks.setLength(0);
        if (!run.isEmpty() && Character.isHighSurrogate(run.charAt(run.length() - 1))) {
            run.setCharAt(run.length() - 1, '\uFFFD');
        }
        return take();
    }

    private void enter(Kind next) {
        if (kind != next) {
            trimming = kind == Kind.REASONING;
            blanks.setLength(0);
            endRun();
            kind = next;
        }
    }

    private void add(int c, boolean waits) {
        boolean blank = Character.isWhitespace(c);
        boolean next = paragraph && begun.contains(kind);
        if (blank && (trimming || next)) {
            return;
        }
        trimming = false;
        if (blank && waits) {
            blanks.append((char) c);
            return;
        }
        if (next) {
            blanks.setLength(0);
            run.append("\n\n");
        }
        paragraph = false;
        begun.add(kind);
        run.append(blanks).append(marks.plain((char) c));
        blanks.setLength(0);
    }

    private void endRun() {
        if (!run.isEmpty()) {
            String text = run.toString();
            pieces.add(
                    switch (kind) {
                        case TEXT -> new Piece.Text(text);
                        case REASONING -> new Piece.Reasoning(text);
                        case ARGUMENTS -> new Piece.Arguments(text);
                    });
            run.setLength(0);
        }
    }
}
