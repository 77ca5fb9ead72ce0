package io.baseload.chat.format;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one answer: converts text with {@link Marks} to pieces, which don't depend on how the text was split. Not thread-safe. */
public final class AnswerReader {
    private final CallReader calls;
    private final Optional<ReasoningReader> reasoning;
    private final Pieces out;
    private final boolean forced;
    private long read;

    AnswerReader(AnswerFormat format, Map<String, ToolSpec> offered, ToolSet tools, boolean thinking) {
        this.out = new Pieces(format.marks(), !offered.isEmpty(), tools.parallel());
        this.calls = format.calls(offered, out);
        this.reasoning = format.reasoning()
                .map(r -> new ReasoningReader(r, format.marks(), thinking, format.thoughtCalls(offered), calls, out));
        this.forced = tools.forced();
    }

    /** Reads further chars; returns the completed pieces. */
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

    /**
     * The end of the answer: returns the held text. If the answer had to be a call, that is the beginning of a call that was cut off, and no text.
     *
     * @param cut whether the model would have gone on, so that an open call isn't complete
     */
    public List<Piece> finish(boolean cut) {
        reasoning.ifPresentOrElse(reader -> reader.finish(cut, this::over), () -> calls.finish(cut));
        List<Piece> rest = out.finish();
        return forced
                ? rest.stream().filter(piece -> !(piece instanceof Piece.Text)).toList()
                : rest;
    }

    /** Whether the answer has all allowed calls, so that nothing more is read. */
    public boolean over() {
        return out.over();
    }

    /** Whether the answer contains a call. */
    public boolean called() {
        return out.calls() > 0;
    }

    /** Whether the last char is reasoning. */
    public boolean thinking() {
        return out.thinking();
    }

    /** Number of decided chars: those in returned pieces, and those that belong to none. */
    public long decided() {
        return read - out.held() - reasoning.map(ReasoningReader::held).orElseGet(calls::held);
    }
}
