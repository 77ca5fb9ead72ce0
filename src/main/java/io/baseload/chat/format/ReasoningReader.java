package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;

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
    private final Optional<ThoughtCall> call;
    private final CallReader answer;
    private final Pieces out;
    private final StringBuilder held = new StringBuilder();
    private At at;

    /**
     * @param thinking whether the prompt has begun the reasoning
     * @param call looks for a call in the reasoning
     */
    ReasoningReader(
            ReasoningFormat format,
            Marks marks,
            boolean thinking,
            Optional<ThoughtCall> call,
            CallReader answer,
            Pieces out) {
        this.open = marks.stream(format.open());
        this.closes = new MarkFinder(marks.stream(List.of(format.close())));
        this.wrappers = new MarkFinder(marks.stream(format.wrappers()));
        this.call = call;
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
        call.ifPresent(thought -> thought.accept(c));
        if (closes.accept(c, out::reasoning) != MarkFinder.NONE) {
            at = At.ANSWER;
        }
    }

    /** @param cut as for {@link CallReader#finish} */
    void finish(boolean cut) {
        if (at == At.BEGINNING) {
            answer();
        }
        closes.finish(out::reasoning);
        if (at == At.THOUGHTS && !cut) {
            call.flatMap(ThoughtCall::find).ifPresent(text -> text.chars().forEach(c -> answer.accept((char) c)));
        }
        wrappers.finish(a -> answer.accept((char) a));
        answer.finish(cut);
    }

    int held() {
        return held.length() + closes.held() + wrappers.held() + answer.held();
    }
}
