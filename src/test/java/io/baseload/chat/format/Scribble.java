package io.baseload.chat.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Texts that no sane model writes: marks, halves of marks and pieces of calls in any order. */
final class Scribble {
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            ":",
            ",",
            " ",
            "\n",
            "a",
            "é",
            "\ud83d\ude00",
            "<",
            "{\"name\": \"ping\"",
            "\"arguments\": ",
            "{\"a\": [1, \"}\"]}",
            "{\"name\": \"add\", \"parameters\": {}}",
            "null",
            "<think>",
            "</think>",
            "ping",
            "to=functions.add",
            "analysis",
            "final",
            "; ");

    private Scribble() {}

    static String of(ToolFormat format, Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(14); i > 0; i--) {
            boolean mark = random.nextInt(3) == 0;
            String piece = mark ? one(texts(format), random) : one(PIECES, random);
            boolean half = random.nextInt(6) == 0 && piece.codePointCount(0, piece.length()) == piece.length();
            text.append(half ? piece.substring(0, piece.length() / 2) : piece);
        }
        return text.toString();
    }

    /** What stands in calls. */
    static List<String> texts(ToolFormat format) {
        CallSyntax syntax = format.syntax();
        var texts = new ArrayList<>(format.marks());
        texts.addAll(List.of(syntax.open(), syntax.beforeName(), syntax.beforeArguments(), syntax.afterArguments()));
        texts.addAll(List.of(syntax.between(), syntax.close()));
        syntax.parameters()
                .ifPresent(parameters -> texts.addAll(List.of(
                        parameters.beforeName(),
                        parameters.beforeName() + "a" + parameters.beforeValue(),
                        parameters.afterValue(),
                        parameters.between(),
                        parameters.openText(),
                        parameters.closeText())));
        return texts;
    }

    private static String one(List<String> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}
