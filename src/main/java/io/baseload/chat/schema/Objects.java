package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.RegularPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The languages of objects: members in any order, or in the order in which the schema declares them, then others if it allows them. */
final class Objects {
    private final SchemaGrammar schemas;
    private final Grammar.Builder grammar;
    private final Layout layout;
    private final Strings strings;

    /** Names that match a pattern in all dialects, or in any, and declared ones: each is a part of the languages of several kinds of names. */
    private final Map<String, RegularPart> matching = new HashMap<>();

    private final Map<String, RegularPart> perhapsMatching = new HashMap<>();
    private final Map<Set<String>, RegularPart> declared = new HashMap<>();

    Objects(SchemaGrammar schemas, Grammar.Builder grammar, Layout layout, Strings strings) {
        this.schemas = schemas;
        this.grammar = grammar;
        this.layout = layout;
        this.strings = strings;
    }

    Expr of(Conjunction all) {
        all.parts().forEach(part -> part.find("unevaluatedProperties").ifPresent(said -> requireSeen(said, part, all)));
        Members members = Members.of(schemas.document(), all);
        Optional<Expr> others = others(members);
        boolean unordered = layout.open && members.required().size() <= Expr.Unordered.MAX_REQUIRED;
        long possible =
                members.declared().values().stream().filter(Optional::isPresent).count();
        long different = unordered
                ? Math.min(possible, Expr.Unordered.MAX_REQUIRED)
                : members.required().size();
        boolean repeats = others.isPresent() || unordered && possible > different;
        if (repeats && members.min() > different + (others.isPresent() ? 1 : 0)) {
            Subschema part = all.parts().stream()
                    .filter(p -> p.has("minProperties"))
                    .findFirst()
                    .orElseThrow();
            throw part.unsupported("minProperties", " where members could be repeated");
        }
        Expr content = unordered ? unordered(members, others) : new Chain(members, others).expr();
        return Expr.sequence(layout.open("{"), content, layout.close("}"));
    }

    private Expr unordered(Members members, Optional<Expr> others) {
        List<Expr.Named> named = new ArrayList<>();
        members.declared().forEach((name, value) -> {
            boolean required = members.required().contains(name);
            boolean possible = value.isPresent() && allowsName(members, name);
            if (possible || required) {
                Expr rest = possible ? Expr.sequence(layout.colon(), schemas.rule(value.get())) : Expr.choice();
                named.add(new Expr.Named(Literals.quoted(name), rest, required));
            }
        });
        return new Expr.Unordered(named, others, layout.comma(), members.min(), members.max());
    }

    /** Whether {@code propertyNames} allows a declared member. */
    private boolean allowsName(Members members, String name) {
        if (members.names().isEmpty()) {
            return true;
        }
        List<ByteAutomaton.Part> parts = new ArrayList<>(List.of(strings.part(Expr.text(name))));
        members.names().forEach(names -> parts.addAll(schemas.nameParts(names)));
        return !ByteAutomaton.disjoint(parts, schemas.document().effort());
    }

    /** Evaluated members are known only if the schema contains all rules about members. */
    private static void requireSeen(JsonNode said, Subschema schema, Conjunction all) {
        if (!said.isBoolean()) {
            throw schema.unsupported("unevaluatedProperties", " with a schema; use additionalProperties");
        }
        for (Subschema part : all.parts()) {
            boolean speaks = List.of("properties", "patternProperties", "additionalProperties").stream()
                    .anyMatch(part::has);
            boolean seen =
                    part.pointer().equals(schema.pointer()) || part.seenBy().contains(schema.pointer());
            if (!said.booleanValue() && speaks && !seen) {
                throw schema.unsupported(
                        "unevaluatedProperties",
                        " together with members that another schema describes, at " + part.pointer());
            }
        }
    }

    /** The members one after another: a rule for each place and each number of members written before it, as far as the number matters. */
    private final class Chain {
        private final Members members;
        private final Optional<Expr> others;
        private final int most;

        Chain(Members members, Optional<Expr> others) {
            this.members = members;
            this.others = others;
            boolean bounded = members.max() < Integer.MAX_VALUE
                    || members.min() > members.required().size();
            this.most = bounded ? Math.min(members.max(), members.declared().size()) : 1;
        }

        /** @return the distinguished number of members: without bounds only none and some */
        private int counted(int written) {
            return members.max() < Integer.MAX_VALUE
                            || members.min() > members.required().size()
                    ? written
                    : Math.min(written, 1);
        }

        Expr expr() {
            Map<Integer, Expr.Rule> after = new HashMap<>();
            for (int written = 0; written <= most; written++) {
                after.put(written, grammar.rule("members", end(written)));
            }
            for (String name : List.copyOf(members.declared().keySet()).reversed()) {
                after = before(name, after);
            }
            return after.getOrDefault(0, grammar.rule("members", Expr.choice()));
        }

        private Map<Integer, Expr.Rule> before(String name, Map<Integer, Expr.Rule> after) {
            Map<Integer, Expr.Rule> before = new HashMap<>();
            Optional<Expr> member =
                    members.declared().getOrDefault(name, Optional.empty()).map(value -> member(name, value));
            for (int written = 0; written <= most; written++) {
                List<Expr> options = new ArrayList<>();
                Expr.Rule next = after.get(counted(written + 1));
                if (member.isPresent() && next != null) {
                    options.add(Expr.sequence(written == 0 ? Expr.empty() : layout.comma(), member.get(), next));
                }
                Expr.Rule skipped = after.get(written);
                if (!members.required().contains(name) && skipped != null) {
                    options.add(skipped);
                }
                before.put(written, grammar.rule("members", new Expr.Choice(options)));
            }
            return before;
        }

        private Expr member(String name, List<Subschema> value) {
            return allowsName(members, name)
                    ? Expr.sequence(Literals.string(name), layout.colon(), schemas.rule(value))
                    : Expr.choice();
        }

        private Expr end(int written) {
            boolean bounded = members.max() < Integer.MAX_VALUE;
            int left = others.isEmpty() ? 0 : bounded ? members.max() - written : Expr.UNBOUNDED;
            int missing = members.min() > members.required().size() ? Math.max(0, members.min() - written) : 0;
            if (missing > Math.min(left, 1)) {
                return Expr.choice();
            }
            if (left == 0) {
                return Expr.empty();
            }
            Expr more = Expr.sequence(layout.comma(), others.get());
            if (written > 0) {
                return new Expr.Repeat(more, missing, left);
            }
            Expr some = Expr.sequence(others.get(), new Expr.Repeat(more, 0, bounded ? left - 1 : Expr.UNBOUNDED));
            return missing > 0 ? some : Expr.optional(some);
        }
    }

    /** A member that isn't declared; empty if there can be none. */
    private Optional<Expr> others(Members members) {
        List<Expr> options = new ArrayList<>();
        for (Members.Others kind : members.others()) {
            options.add(Expr.sequence(name(members, kind), layout.colon(), schemas.rule(kind.values())));
        }
        return options.isEmpty() ? Optional.empty() : Optional.of(grammar.rule("other", new Expr.Choice(options)));
    }

    private Expr name(Members members, Members.Others kind) {
        boolean free = members.names().isEmpty()
                && kind.pattern().isEmpty()
                && kind.otherPatterns().isEmpty();
        return free
                ? schemas.otherNames().than(members.declared().keySet()).orElseGet(() -> describedName(members, kind))
                : describedName(members, kind);
    }

    private Expr describedName(Members members, Members.Others kind) {
        var description = new OtherNames.Described(
                kind.pattern(),
                kind.otherPatterns(),
                members.names().stream().map(Conjunction::key).toList(),
                members.declared().keySet());
        return schemas.otherNames().described(description, () -> language(members, kind));
    }

    private Expr language(Members members, Members.Others kind) {
        boolean onlyPattern = kind.otherPatterns().isEmpty()
                && members.names().isEmpty()
                && members.declared().isEmpty();
        Expr name = kind.pattern()
                .filter(pattern -> onlyPattern)
                .map(pattern -> strings.encoded(Strings.pattern("patternProperties", pattern)))
                .orElseGet(() -> combined(members, kind));
        return Expr.sequence(Expr.text("\""), name, Expr.text("\""));
    }

    private RegularPart named(Set<String> names) {
        return strings.part(new Expr.Choice(names.stream().map(Expr::text).toList()));
    }

    private Expr combined(Members members, Members.Others kind) {
        List<ByteAutomaton.Part> parts = new ArrayList<>();
        parts.add(kind.pattern()
                .map(p ->
                        matching.computeIfAbsent(p, known -> strings.part(Strings.pattern("patternProperties", known))))
                .orElseGet(strings::anyText));
        kind.otherPatterns()
                .forEach(p -> parts.add(perhapsMatching
                        .computeIfAbsent(p, known -> strings.part(Strings.perhapsPattern("patternProperties", known)))
                        .not()));
        members.names().forEach(names -> parts.addAll(schemas.nameParts(names)));
        if (!members.declared().isEmpty()) {
            parts.add(declared.computeIfAbsent(members.declared().keySet(), this::named)
                    .not());
        }
        return new Expr.Bytes(
                ByteAutomaton.intersection(parts, schemas.document().effort()));
    }
}
