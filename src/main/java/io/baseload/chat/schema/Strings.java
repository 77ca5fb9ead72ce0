package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.JsonText;
import io.baseload.chat.grammar.RegularExpression;
import io.baseload.chat.grammar.RegularPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The languages of strings: lengths in characters, patterns, formats. */
final class Strings {
    private final CodePoints writable;
    private final Effort effort;

    /** @param writable the characters that texts can have */
    Strings(CodePoints writable, Effort effort) {
        this.writable = writable;
        this.effort = effort;
    }

    /** Lengths in characters, and what else a string must match, in characters. */
    private record Limits(int min, int max, List<Expr> languages) {
        boolean lengthSaysNothing(Expr language) {
            Lengths lengths = Lengths.of(language);
            return lengths.min() >= min && lengths.max() <= max;
        }
    }

    /** With its quotation marks. */
    Expr of(Conjunction all) {
        return Expr.sequence(Expr.text("\""), inside(limits(all)), Expr.text("\""));
    }

    private Expr inside(Limits limits) {
        if (limits.min > limits.max) {
            return Expr.choice();
        }
        if (limits.languages.isEmpty()) {
            return new Expr.Repeat(JsonText.ANY_CHARACTER, limits.min, limits.max);
        }
        Expr only = limits.languages.getFirst();
        if (limits.languages.size() == 1 && limits.lengthSaysNothing(only)) {
            return JsonText.encode(only);
        }
        return new Expr.Bytes(ByteAutomaton.intersection(parts(limits), effort));
    }

    private List<ByteAutomaton.Part> parts(Limits limits) {
        List<ByteAutomaton.Part> parts = new ArrayList<>();
        for (Expr language : limits.languages) {
            parts.add(part(language));
        }
        if (limits.min > 0 || limits.max < Expr.UNBOUNDED) {
            parts.add(part(new Expr.Repeat(new Expr.Chars(CodePoints.ALL), limits.min, limits.max)));
        }
        return parts;
    }

    /** The inside of strings of a language, as a part of an intersection. */
    RegularPart part(Expr language) {
        return RegularPart.of(JsonText.encode(language), writable, effort);
    }

    /** What the strings of these schemas must match, as parts of an intersection; the values that they name too. */
    List<ByteAutomaton.Part> parts(Conjunction all) {
        List<ByteAutomaton.Part> parts = parts(limits(all));
        Values.named(all)
                .ifPresent(values -> parts.add(part(new Expr.Choice(values.stream()
                        .filter(JsonNode::isString)
                        .<Expr>map(value -> Expr.text(value.stringValue()))
                        .toList()))));
        return parts;
    }

    /** The same, never empty. */
    List<ByteAutomaton.Part> languages(Conjunction all) {
        List<ByteAutomaton.Part> parts = parts(all);
        parts.add(part(Expr.any(new Expr.Chars(CodePoints.ALL))));
        return parts;
    }

    private static Limits limits(Conjunction all) {
        int min = 0;
        int max = Expr.UNBOUNDED;
        List<Expr> languages = new ArrayList<>();
        for (Subschema part : all.parts()) {
            min = Math.max(min, Keywords.count(part, "minLength", 0));
            max = Math.min(max, Keywords.count(part, "maxLength", Expr.UNBOUNDED));
            part.find("pattern").ifPresent(pattern -> languages.add(pattern(part, "pattern", pattern)));
            part.find("format").flatMap(format -> format(part, format)).ifPresent(languages::add);
            part.find("contentEncoding")
                    .flatMap(encoding -> Formats.find(encoding.asString("")))
                    .ifPresent(languages::add);
        }
        return new Limits(min, max, languages.stream().distinct().toList());
    }

    static Expr pattern(Subschema schema, String keyword, JsonNode pattern) {
        if (!pattern.isString()) {
            throw schema.wrong(keyword, "a string");
        }
        return pattern(schema.pointer() + "/" + keyword, pattern.stringValue());
    }

    static Expr pattern(String pointer, String expression) {
        return placed(pointer, () -> RegularExpression.anywhere(expression));
    }

    /** What validators of some dialect may take for a match. */
    static Expr perhapsPattern(String pointer, String expression) {
        return placed(pointer, () -> RegularExpression.perhapsAnywhere(expression));
    }

    private static Expr placed(String pointer, Supplier<Expr> pattern) {
        try {
            return pattern.get();
        } catch (GrammarException e) {
            throw new GrammarException(pointer, String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Expr> format(Subschema schema, JsonNode format) {
        if (!format.isString()) {
            throw schema.wrong("format", "a string");
        }
        String name = format.stringValue();
        Optional<Expr> language = Formats.find(name);
        boolean saidOtherwise = Stream.of("pattern", "enum", "const").anyMatch(schema.node()::has);
        boolean says =
                !Formats.ANNOTATIONS.contains(name) && Formats.range(name).isEmpty();
        if (language.isEmpty() && says && !saidOtherwise) {
            String known = String.join(", ", Formats.names().stream().sorted().toList());
            throw schema.unsupported("format", " with \"" + name + "\"; known are " + known);
        }
        return language;
    }
}
