package io.baseload.chat.format;

import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** An answer as it was read, independent of its pieces. */
record Reading(String reasoning, String text, List<String> calls) {
    static final ToolSet TOOLS = ToolSet.auto(List.of(
            tool("get_weather", "\"city\":{\"type\":\"string\"},\"days\":{\"type\":\"integer\"}"),
            tool(
                    "add",
                    "\"a\":{\"type\":\"number\"},\"b\":{\"type\":\"array\"},\"c\":{\"type\":\"boolean\"},"
                            + "\"d\":{\"type\":[\"string\",\"null\"]},\"s\":{\"type\":\"string\"}"),
            tool("ping", "")));

    /** An answer whose marks are, or are not, special tokens of the vocabulary; cut into pieces of these lengths, again and again. */
    static Reading of(ToolFormat format, String template, boolean special, ToolSet tools, String written, int... cuts) {
        Predicate<String> isSpecial = text -> special && !text.matches("functions\\.|:");
        var answer = new AnswerFormat(format, template, isSpecial);
        var reader = answer.reader(tools, "");
        String stream = special ? withTokens(answer, written) : written;
        var pieces = new ArrayList<Piece>();
        int from = 0;
        for (int i = 0; from < stream.length(); i++) {
            int to = Math.min(stream.length(), from + cuts[i % cuts.length]);
            pieces.addAll(reader.append(stream.substring(from, to)));
            from = to;
        }
        pieces.addAll(reader.finish(false));
        return of(pieces);
    }

    static Reading of(List<Piece> pieces) {
        var reasoning = new StringBuilder();
        var text = new StringBuilder();
        var calls = new ArrayList<String>();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Reasoning r -> reasoning.append(r.text());
                case Piece.Text t -> text.append(t.text());
                case Piece.Call c -> calls.add(c.name() + " ");
                case Piece.Arguments a -> calls.set(calls.size() - 1, calls.getLast() + a.fragment());
            }
        }
        return new Reading(reasoning.toString(), text.toString(), List.copyOf(calls));
    }

    private static String withTokens(AnswerFormat answer, String written) {
        String stream = written;
        var marks = new ArrayList<>(answer.tools().marks());
        answer.reasoning().ifPresent(reasoning -> marks.addAll(reasoning.marks()));
        for (String mark : marks) {
            stream = stream.replace(mark, answer.marks().stream(mark));
        }
        return stream;
    }

    private static ToolSpec tool(String name, String properties) {
        return new ToolSpec(name, "", "{\"type\":\"object\",\"properties\":{" + properties + "}}", false);
    }
}
