package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.Intersections;
import io.baseload.chat.grammar.JsonText;
import io.baseload.chat.grammar.RegularExpression;
import io.baseload.chat.grammar.RegularPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** The languages of strings: lengths in characters, patterns, formats. */
final class Strings {
    /** Limits on an automaton's states: a number that is computed within some milliseconds, and the largest acceptable one. */
    private static final int MAX_QUICK_STATES = 5_000;

    private static final int MAX_STATES = 30_000;

    private final CodePoints writable;
    private final Effort effort;
    private final Expr character;
    private final UnaryOperator<Expr> written;
    private final Map<Limits, Expr> known = new HashMap<>();
    private Optional<RegularPart> anyText = Optional.empty();

    /** @param writable the characters that the vocabulary can write */
    Strings(CodePoints writable, Effort effort) {
        this(writable, effort, JsonText.ANY_CHARACTER, JsonText::encode);
    }

    /**
     * @param character any character in its written form
     * @param written converts a language of characters to its written form
     */
    private Strings(CodePoints writable, Effort effort, Expr character, UnaryOperator<Expr> written) {
        this.writable = writable;
        this.effort = effort;
        this.character = character;
        this.written = written;
    }

    /** Strings that are written verbatim, without escapes. */
    Strings raw() {
        return new Strings(writable, effort, new Expr.Chars(CodePoints.ALL), UnaryOperator.identity());
    }

    /** The texts that a pattern matches: for validators of all dialects, or of any. */
    private enum Reading {
        BY_ALL,
        BY_SOME;

        /** The reading of an excluded pattern with which the remaining texts have this reading. */
        Reading ofOthers() {
            return this == BY_ALL ? BY_SOME : BY_ALL;
        }
    }

    /** Lengths in characters, and the languages, in characters, that a string must match. */
    private record Limits(int min, int max, List<Expr> languages) {
        boolean lengthSaysNothing(Expr language) {
            Lengths lengths = Lengths.of(language);
            return lengths.min() >= min && lengths.max() <= max;
        }
    }

    /** A string without quotation marks; the same object for the same requirements. */
    Expr inside(Conjunction all) {
        return known.computeIfAbsent(limits(all), this::inside);
    }

    private Expr inside(Limits limits) {
        if (limits.min > limits.max) {
            return Expr.choice();
        }
        if (limits.languages.isEmpty()) {
            return new Expr.Repeat(character, limits.min, limits.max);
        }
        return limits.languages.size() == 1
                ? inside(limits, limits.languages.getFirst())
                : together(limits, MAX_STATES);
    }

    private Expr inside(Limits limits, Expr only) {
        Optional<Expr> held =
                limits.lengthSaysNothing(only) ? Optional.of(only) : Shortening.exactly(only, limits.min, limits.max);
        return held.map(this::encoded).orElseGet(() -> counted(limits, only));
    }

    /** Counts each character if that needs few states; otherwise in a way that omits some texts. */
    private Expr counted(Limits limits, Expr only) {
        try {
            return together(limits, MAX_QUICK_STATES);
        } catch (GrammarException tooMany) {
            return Shortening.to(only, limits.max)
                    .flatMap(shorter -> Shortening.atLeast(shorter, limits.min))
                    .map(this::encoded)
                    .orElseGet(() -> together(limits, MAX_STATES));
        }
    }

    /** The contents of strings of a language. */
    Expr encoded(Expr language) {
        return new Intersections(writable, effort).computed(written.apply(language));
    }

    private Expr together(Limits limits, int mostStates) {
        return new Expr.Bytes(ByteAutomaton.intersection(parts(limits), effort, mostStates));
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

    /** The contents of strings of a language, as a part of an intersection. */
    RegularPart part(Expr language) {
        return RegularPart.of(written.apply(language), writable, effort);
    }

    /** All texts as contents of strings. */
    RegularPart anyText() {
        return anyText.orElseGet(() -> {
            RegularPart any = part(Expr.any(new Expr.Chars(CodePoints.ALL)));
            anyText = Optional.of(any);
            return any;
        });
    }

    /** The languages, including enumerated values, that strings of these schemas must match, as parts of an intersection. */
    List<ByteAutomaton.Part> parts(Conjunction all) {
        return parts(all, limits(all));
    }

    private List<ByteAutomaton.Part> parts(Conjunction all, Limits limits) {
        List<ByteAutomaton.Part> parts = parts(limits);
        Values.named(all)
                .ifPresent(values -> parts.add(part(new Expr.Choice(values.stream()
                        .filter(JsonNode::isString)
                        .<Expr>map(value -> Expr.text(value.stringValue()))
                        .toList()))));
        return parts;
    }

    /** Whether no string of some schemas can satisfy others, in whatever way a validator reads their patterns, and even if it ignores formats. */
    boolean disjoint(Conjunction written, Conjunction others) {
        List<ByteAutomaton.Part> parts = parts(written);
        parts.addAll(parts(others, lengthsAndPatterns(others, Reading.BY_SOME)));
        parts.add(anyText());
        return ByteAutomaton.disjoint(parts, effort);
    }

    private static Limits lengthsAndPatterns(Conjunction all, Reading read) {
        int min = 0;
        int max = Expr.UNBOUNDED;
        List<Expr> languages = new ArrayList<>();
        for (Subschema part : all.parts()) {
            min = Math.max(min, Keywords.count(part, "minLength", 0));
            max = Math.min(max, Keywords.count(part, "maxLength", Expr.UNBOUNDED));
            part.find("pattern").ifPresent(pattern -> languages.add(pattern(part, pattern, read)));
            part.find("not").ifPresent(not -> languages.add(others(part, not, read)));
        }
        return new Limits(min, max, languages);
    }

    /** Texts that {@code not} doesn't exclude by {@code enum} or {@code pattern}. */
    private static Expr others(Subschema part, JsonNode not, Reading read) {
        Expr excluded = not.has("enum")
                ? new Expr.Choice(not.path("enum")
                        .valueStream()
                        .map(value -> Expr.text(value.asString("")))
                        .toList())
                : pattern(part.child("not", not), not.path("pattern"), read.ofOthers());
        return new Expr.Intersection(List.of(Expr.any(new Expr.Chars(CodePoints.ALL))), List.of(excluded));
    }

    private static Limits limits(Conjunction all) {
        Limits limits = lengthsAndPatterns(all, Reading.BY_ALL);
        List<Expr> languages = new ArrayList<>(limits.languages);
        int max = limits.max;
        for (String format : formats(all)) {
            Lengths lengths = Lengths.of(Formats.language(format));
            boolean fits = lengths.min() >= limits.min && lengths.max() <= max;
            languages.add(fits ? Formats.language(format) : Formats.uncounted(format));
            max = fits ? max : Math.min(max, Formats.longest(format));
        }
        return new Limits(limits.min, max, languages.stream().distinct().toList());
    }

    private static Set<String> formats(Conjunction all) {
        Set<String> formats = new LinkedHashSet<>();
        for (Subschema part : all.parts()) {
            part.find("format")
                    .filter(format -> says(part, format))
                    .ifPresent(format -> formats.add(format.stringValue()));
            part.find("contentEncoding")
                    .map(encoding -> encoding.asString(""))
                    .filter(Formats::known)
                    .ifPresent(formats::add);
        }
        return formats;
    }

    private static Expr pattern(Subschema schema, JsonNode pattern, Reading read) {
        if (!pattern.isString()) {
            throw schema.wrong("pattern", "a string");
        }
        String place = schema.pointer() + "/pattern";
        return read == Reading.BY_ALL
                ? pattern(place, pattern.stringValue())
                : perhapsPattern(place, pattern.stringValue());
    }

    static Expr pattern(String pointer, String expression) {
        return placed(pointer, () -> RegularExpression.anywhere(expression));
    }

    /** The texts that match in any dialect. */
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

    /** Whether the format restricts texts. An unknown one is an annotation (validation 7.2.3). */
    private static boolean says(Subschema schema, JsonNode format) {
        if (!format.isString()) {
            throw schema.wrong("format", "a string");
        }
        return Formats.known(format.stringValue());
    }
}
