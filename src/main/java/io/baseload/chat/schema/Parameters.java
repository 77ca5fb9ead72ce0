package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The languages of an object's members in a {@link MemberForm}: those that the schema declares in its order, then others if it allows them. */
final class Parameters {
    /** Keywords that concern all members together. */
    private static final List<String> TOGETHER = List.of(
            "anyOf",
            "oneOf",
            "enum",
            "const",
            "minProperties",
            "maxProperties",
            "propertyNames",
            "unevaluatedProperties");

    private final SchemaGrammar schemas;
    private final MemberForm form;
    private final Grammar.Builder grammar;
    private final Strings raw;

    /** @param raw strings that are written verbatim */
    Parameters(SchemaGrammar schemas, MemberForm form, Grammar.Builder grammar, Strings raw) {
        this.schemas = schemas;
        this.form = form;
        this.grammar = grammar;
        this.raw = raw;
    }

    Expr of(Conjunction all) {
        all.parts().forEach(Parameters::refuseUnsupported);
        if (!all.possible() || !Values.types(all).contains("object")) {
            return Expr.choice();
        }
        Members members = Members.of(schemas.document(), all);
        Optional<Expr> others = others(members);
        Expr more = others.map(other -> Expr.any(Expr.sequence(form.between(), other)))
                .orElse(Expr.empty());
        Expr first =
                others.map(other -> Expr.optional(Expr.sequence(other, more))).orElse(Expr.empty());
        return chain(members, first, more);
    }

    private static void refuseUnsupported(Subschema part) {
        for (String keyword : TOGETHER) {
            if (part.has(keyword)) {
                throw part.unsupported(keyword, " on all arguments together: this model doesn't write them as JSON");
            }
        }
    }

    /**
     * The declared members one after another.
     *
     * @param first the members that may follow if none was written
     * @param more the members that may follow if some were written
     */
    private Expr chain(Members members, Expr first, Expr more) {
        Expr none = first;
        Expr some = more;
        for (Map.Entry<String, Optional<List<Subschema>>> declared :
                List.copyOf(members.declared().entrySet()).reversed()) {
            String name = declared.getKey();
            boolean required = members.required().contains(name);
            Expr member = declared.getValue()
                    .<Expr>map(value -> grammar.rule(place(name), member(name, value)))
                    .orElse(Expr.choice());
            Expr written = Expr.sequence(member, some);
            Expr continued = Expr.sequence(form.between(), member, some);
            none = grammar.rule("members", required ? written : Expr.choice(written, none));
            some = grammar.rule("members", required ? continued : Expr.choice(continued, some));
        }
        return none;
    }

    private Expr member(String name, List<Subschema> value) {
        if (name.isEmpty() || !name.codePoints().allMatch(form.nameCharacters()::contains)) {
            throw new GrammarException(place(name), "this model's form of calls can't have such a name");
        }
        return form.member(Expr.text(name), value(value));
    }

    private static String place(String name) {
        return "#/properties/" + Subschema.escape(name);
    }

    private Expr value(List<Subschema> value) {
        boolean isText =
                form.hasRawTexts() && ValueTypes.of(schemas.document(), value).equals(ValueTypes.TEXT);
        return isText ? text(Conjunction.of(schemas.document(), value)) : schemas.rule(value);
    }

    private Expr text(Conjunction all) {
        Optional<List<Conjunction>> options = schemas.options(all);
        if (options.isPresent()) {
            return new Expr.Choice(options.get().stream().map(this::text).toList());
        }
        return form.rawText(schemas.named(all.parts())
                .<Expr>map(values -> new Expr.Choice(values.stream()
                        .<Expr>map(value -> Expr.text(value.stringValue()))
                        .toList()))
                .orElseGet(() -> raw.inside(all)));
    }

    /** A member that isn't declared; empty if there can be none. */
    private Optional<Expr> others(Members members) {
        List<Expr> options = new ArrayList<>();
        for (Members.Others kind : members.others()) {
            options.add(form.member(name(members, kind), value(kind.values())));
        }
        return options.isEmpty() ? Optional.empty() : Optional.of(grammar.rule("other", new Expr.Choice(options)));
    }

    private Expr name(Members members, Members.Others kind) {
        Expr any = new Expr.Repeat(new Expr.Chars(form.nameCharacters()), 1, Expr.UNBOUNDED);
        List<ByteAutomaton.Part> parts = new ArrayList<>(List.of(raw.part(any)));
        kind.pattern().ifPresent(p -> parts.add(raw.part(Strings.pattern("patternProperties", p))));
        kind.otherPatterns()
                .forEach(p -> parts.add(
                        raw.part(Strings.perhapsPattern("patternProperties", p)).not()));
        members.declared()
                .keySet()
                .forEach(declared -> parts.add(raw.part(Expr.text(declared)).not()));
        return new Expr.Bytes(
                ByteAutomaton.intersection(parts, schemas.document().effort()));
    }
}
