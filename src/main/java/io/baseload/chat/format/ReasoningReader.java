package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Reads the reasoning at the beginning of an answer and passes on the rest. */
final class ReasoningReader {
    private enum At {
        BEGINNING,
        THOUGHTS,
        ANSWER
    }

    private final String open;
    private final MarkFinder closes;
    private final MarkFinder wrappers;
    private final Optional<ThoughtCalls> calls;
    private final CallReader answer;
    private final Pieces out;
    private final StringBuilder held = new StringBuilder();
    private At at;

    /**
     * @param thinking whether the prompt has begun the reasoning
     * @param calls looks for calls in the reasoning
     */
    ReasoningReader(
            ReasoningFormat format,
            Marks marks,
            boolean thinking,
            Optional<ThoughtCalls> calls,
            CallReader answer,
            Pieces out) {
        this.open = marks.stream(format.open());
        this.closes = new MarkFinder(marks.stream(List.of(format.close())));
        this.wrappers = new MarkFinder(marks.stream(format.wrappers()));
        this.calls = calls;
        this.answer = answer;
        this.out = out;
        at = At.BEGINNING;
        if (thinking) {
            think();
        }
    }

    void accept(char c) {
        switch (at) {
            case BEGINNING -> beginning(c);
            case THOUGHTS -> thoughts(c);
            case ANSWER -> {
                var _ = wrappers.accept(c, a -> answer.accept((char) a));
            }
        }
    }

    private void think() {
        at = At.THOUGHTS;
        out.thinks();
    }

    private void beginning(char c) {
        held.append(c);
        String text = held.toString().stripLeading();
        if (text.equals(open)) {
            held.setLength(0);
            think();
        } else if (!open.startsWith(text)) {
            answer();
        }
    }

    private void answer() {
        at = At.ANSWER;
        String text = held.toString();
        held.setLength(0);
        text.chars().forEach(c -> accept((char) c));
    }

    private void thoughts(char c) {
        calls.ifPresent(thought -> thought.accept(c));
        if (closes.accept(c, out::reasoning) != MarkFinder.NONE) {
            at = At.ANSWER;
        }
    }

    /**
     * The end of the answer.
     *
     * @param cut as for {@link CallReader#finish}
     * @param over whether the answer has all allowed calls
     */
    void finish(boolean cut, BooleanSupplier over) {
        if (at == At.BEGINNING) {
            answer();
        }
        closes.finish(out::reasoning);
        if (at == At.THOUGHTS && !cut) {
            String text = calls.flatMap(ThoughtCalls::find).orElse("");
            for (int i = 0; i < text.length() && !over.getAsBoolean(); i++) {
                answer.accept(text.charAt(i));
            }
        }
        wrappers.finish(a -> answer.accept((char) a));
        answer.finish(cut);
    }

    int held() {
        return held.length() + closes.held() + wrappers.held() + answer.held();
    }
}
