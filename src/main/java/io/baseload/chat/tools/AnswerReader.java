package io.baseload.chat.tools;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one answer: text with {@link Marks} in it goes in, pieces come out, the same ones however the text was cut. Not safe for use by several threads. */
public final class AnswerReader {
    private final CallReader calls;
    private final Optional<ReasoningReader> reasoning;
    private final Pieces out;
    private final boolean parallel;
    private final boolean forced;
    private long read;

    AnswerReader(AnswerFormat format, Map<String, ToolSpec> offered, ToolSet tools, boolean thinking) {
        this.out = new Pieces(format.marks(), !offered.isEmpty());
        this.calls = format.calls(offered, out);
        this.reasoning = format.reasoning().map(r -> new ReasoningReader(r, format.marks(), thinking, calls, out));
        this.parallel = tools.parallel();
        this.forced = tools.forced();
    }

    /** What these chars complete. */
    public List<Piece> append(String chars) {
        for (int i = 0; i < chars.length() && !over(); i++) {
            accept(chars.charAt(i));
            read++;
        }
        return out.take();
    }

    private void accept(char c) {
        if (reasoning.isPresent()) {
            reasoning.get().accept(c);
        } else {
            calls.accept(c);
        }
    }

    /** The answer is over: what waited. Where it had to be a call that is no text, but the beginning of a call that was cut. */
    public List<Piece> finish() {
        reasoning.ifPresentOrElse(ReasoningReader::finish, calls::finish);
        List<Piece> rest = out.finish();
        return forced
                ? rest.stream().filter(piece -> !(piece instanceof Piece.Text)).toList()
                : rest;
    }

    /** Whether the answer has all calls that it may have: nothing after is read. */
    public boolean over() {
        return !parallel && out.endedCalls() > 0;
    }

    /** Whether the answer has a call. */
    public boolean called() {
        return out.calls() > 0;
    }

    /** Whether the model was thinking when it wrote the last char. */
    public boolean thinking() {
        return out.thinking();
    }

    /** Chars of which all is known: they have come out, or are no part of what does. */
    public long decided() {
        return read - out.held() - reasoning.map(ReasoningReader::held).orElseGet(calls::held);
    }
}
