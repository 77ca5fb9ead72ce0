package io.baseload.chat.format;

import io.baseload.chat.grammar.JsonText;
import java.util.List;
import java.util.function.Consumer;

/** A value that is a verbatim text, up to one of some marks. It is written while it is read. */
final class TextValue implements ParameterReader {
    private final MarkFinder ends;
    private final Consumer<String> out;

    TextValue(List<String> ends, Consumer<String> out) {
        this.ends = new MarkFinder(ends);
        this.out = out;
        out.accept("\"");
    }

    @Override
    public JsonExtent.At accept(char c) {
        if (ends.accept(c, this::write) == MarkFinder.NONE) {
            return JsonExtent.At.INSIDE;
        }
        out.accept("\"");
        return JsonExtent.At.LAST;
    }

    private void write(int c) {
        out.accept(JsonText.escape(String.valueOf((char) c)));
    }

    @Override
    public void end() {
        ends.finish(this::write);
        out.accept("\"");
    }

    @Override
    public int held() {
        return ends.held();
    }
}
