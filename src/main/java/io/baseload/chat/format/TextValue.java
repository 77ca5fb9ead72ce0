package io.baseload.chat.format;

import io.baseload.chat.grammar.JsonText;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A value that is a verbatim text, up to one of some marks. It is written while it is read. */
final class TextValue implements ParameterReader {
    private final MarkFinder ends;
    private final List<String> lines;
    private final Consumer<String> out;
    private String rest = "";

    /** @param lines beginnings of lines that end it too, but don't belong to it */
    TextValue(List<String> ends, List<String> lines, Consumer<String> out) {
        this.ends = new MarkFinder(Stream.concat(lines.stream(), ends.stream()).toList());
        this.lines = lines;
        this.out = out;
        out.accept("\"");
    }

    @Override
    public JsonExtent.At accept(char c) {
        int end = ends.accept(c, this::write);
        if (end == MarkFinder.NONE) {
            return JsonExtent.At.INSIDE;
        }
        out.accept("\"");
        if (end >= lines.size()) {
            return JsonExtent.At.LAST;
        }
        rest = lines.get(end);
        return JsonExtent.At.AFTER;
    }

    @Override
    public String rest(char last) {
        return rest;
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
