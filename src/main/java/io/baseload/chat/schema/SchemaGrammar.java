package io.baseload.chat.schema;

import io.baseload.chat.grammar.ByteAutomaton;
import io.baseload.chat.grammar.CodePoints;
import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.Grammar;
import io.baseload.chat.grammar.GrammarException;
import io.baseload.chat.grammar.TextReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A JSON Schema (2020-12) as a grammar. Every text that the grammar derives is JSON and validates. The grammar derives only a part of the valid texts: the {@link Layout} decides about
 * white space, the order of members and those that the schema doesn't mention, and numbers and some formats have usual forms. Schemas that can't be enforced are refused.
 */
public final class SchemaGrammar {
    /** The schema of any object. */
    public static final String ANY_OBJECT = "{\"type\":\"object\"}";

    private static final int MAX_BRANCHES = 2_000;
    private static final int MAX_READERS = 4;

    private final SchemaDocument document;
    private final Layout layout;
    private final CodePoints writable;
    private final Grammar.Builder grammar;
    private final Map<String, Expr.Rule> rules = new HashMap<>();
    private final Deque<Runnable> due = new ArrayDeque<>();
    private final Strings strings;
    private final Scalars scalars;
    private final Literals literals;
    private final OtherNames otherNames;

    /** 0 where texts are written; more in the readers of given values. */
    private final int depth;

    private int branches;

    private SchemaGrammar(
            SchemaDocument document, Layout layout, CodePoints writable, Grammar.Builder grammar, int depth) {
        this.depth = depth;
        this.document = document;
        this.layout = layout;
        this.writable = writable;
        this.grammar = grammar;
        this.strings = new Strings(writable, document.effort());
        this.scalars = new Scalars(grammar, strings, depth > 0, document.effort());
        this.literals = new Literals(layout);
        this.otherNames = new OtherNames(grammar);
    }

    /**
     * The grammar of a whole text.
     *
     * @param schema as JSON text
     * @param writable the characters that the vocabulary can write
     * @throws GrammarException if the schema is broken, too large or not supported; its place is a JSON pointer
     */
    public static Grammar of(String schema, Layout layout, CodePoints writable) {
        var builder = new Grammar.Builder();
        Expr.Rule root = builder.declare("root");
        Expr value = add(schema, layout, writable, builder);
        builder.define(root, layout.around(value));
        return builder.build();
    }

    /** Adds the rules of a schema to a grammar; returns the one for a value. Errors as {@link #of}. */
    public static Expr.Rule add(String schema, Layout layout, CodePoints writable, Grammar.Builder builder) {
        SchemaDocument document = SchemaDocument.parse(schema, layout.open);
        return add(document, List.of(document.root()), layout, writable, builder);
    }

    /** As {@link #add}, only for values that are objects: the arguments of a tool whose schema allows other values too. */
    public static Expr.Rule addObjects(String schema, Layout layout, CodePoints writable, Grammar.Builder builder) {
        SchemaDocument document = SchemaDocument.parse(schema, layout.open);
        return add(document, List.of(document.root(), document.anyObject()), layout, writable, builder);
    }

    private static Expr.Rule add(
            SchemaDocument document,
            List<Subschema> together,
            Layout layout,
            CodePoints writable,
            Grammar.Builder builder) {
        var schemas = new SchemaGrammar(document, layout, writable, builder, 0);
        Expr.Rule rule = schemas.rule(together);
        schemas.defineRules();
        builder.requireText(rule, writable);
        builder.addUnenforcedFormats(document.unenforcedFormats());
        return rule;
    }

    /** As {@link #addObjects}, with members written one by one in a form other than JSON. */
    public static Expr.Rule addMembers(
            String schema, MemberForm form, Layout layout, CodePoints writable, Grammar.Builder builder) {
        SchemaDocument document = SchemaDocument.parse(schema, layout.open);
        var schemas = new SchemaGrammar(document, layout, writable, builder, 0);
        Conjunction all = Conjunction.of(document, List.of(document.root(), document.anyObject()));
        Expr.Rule rule = builder.declare(all.place());
        builder.define(rule, new Parameters(schemas, form, builder, schemas.strings.raw()).of(all));
        schemas.defineRules();
        builder.requireText(rule, writable);
        builder.addUnenforcedFormats(document.unenforcedFormats());
        return rule;
    }

    private void defineRules() {
        while (!due.isEmpty()) {
            due.poll().run();
        }
    }

    /** The grammar of any JSON object. */
    public static Grammar anyObject(Layout layout) {
        return of("{\"type\":\"object\"}", layout, CodePoints.ALL);
    }

    SchemaDocument document() {
        return document;
    }

    /** The rule for values that satisfy all these schemas. It is defined later, so that there is no recursion over the schema's depth. */
    Expr.Rule rule(List<Subschema> schemas) {
        return rule(Conjunction.of(document, schemas));
    }

    private Expr.Rule rule(Conjunction all) {
        Expr.Rule known = rules.get(all.key());
        if (known != null) {
            return known;
        }
        Expr.Rule rule = grammar.declare(all.place());
        rules.put(all.key(), rule);
        due.add(() -> grammar.define(rule, placed(all)));
        return rule;
    }

    private Expr placed(Conjunction all) {
        try {
            return value(all);
        } catch (GrammarException e) {
            throw e.place().startsWith("#") ? e : new GrammarException(all.place(), String.valueOf(e.getMessage()));
        }
    }

    private Expr value(Conjunction all) {
        if (!all.possible()) {
            return Expr.choice();
        }
        Optional<List<Conjunction>> options = options(all);
        if (options.isPresent()) {
            return new Expr.Choice(options.get().stream().<Expr>map(this::rule).toList());
        }
        Optional<List<JsonNode>> named = Values.named(all);
        if (named.isPresent()) {
            return new Expr.Choice(
                    allowed(all, named.get()).stream().map(literals::of).toList());
        }
        List<Expr> types =
                Values.types(all).stream().map(type -> ofType(all, type)).toList();
        return types.size() == 1 ? types.getFirst() : new Expr.Choice(types);
    }

    /** Each branch of the first choice together with all other keywords; empty if there is no choice. */
    Optional<List<Conjunction>> options(Conjunction all) {
        for (Subschema part : all.parts()) {
            for (String keyword : Conjunction.BRANCHING) {
                if (part.has(keyword)) {
                    return Optional.of(options(all, part, keyword));
                }
            }
        }
        return Optional.empty();
    }

    private List<Conjunction> options(Conjunction all, Subschema part, String keyword) {
        List<Conjunction> options = all.branches(document, part, keyword);
        branches += options.size();
        if (branches > MAX_BRANCHES) {
            throw new GrammarException(
                    part.pointer(), "too many combinations of anyOf and oneOf: more than " + MAX_BRANCHES);
        }
        List<Conjunction> apart =
                keyword.equals("oneOf") ? new Exclusion(document, strings).apart(options, part) : options;
        List<Conjunction> possible =
                apart.stream().filter(option -> !option.isContradictory()).toList();
        return possible.isEmpty() ? apart : possible;
    }

    /** The enumerated values that the other keywords allow. */
    private List<JsonNode> allowed(Conjunction all, List<JsonNode> values) {
        List<Subschema> others = all.parts().stream()
                .map(part -> part.without("enum").without("const"))
                .toList();
        if (values.stream().noneMatch(value -> isSpokenOf(value, others))) {
            return values;
        }
        Optional<TextReader> reader = reader(others);
        return values.stream()
                .filter(value -> !isSpokenOf(value, others)
                        || reader.filter(known -> known.accepts(Literals.shortest(value)))
                                .isPresent())
                .toList();
    }

    private static boolean isSpokenOf(JsonNode value, List<Subschema> schemas) {
        Set<String> keywords = Keywords.BY_TYPE.getOrDefault(Values.type(value), Set.of());
        return schemas.stream().anyMatch(schema -> keywords.stream().anyMatch(schema::has));
    }

    /**
     * A reader of all values that satisfy them, whatever the layout of the answer; empty if nothing does. Nesting is limited, because enumerated values inside enumerated values could create
     * readers without end.
     */
    private Optional<TextReader> reader(List<Subschema> schemas) {
        if (depth == MAX_READERS) {
            throw new GrammarException(
                    schemas.getFirst().pointer(), "enum and const beside other keywords are nested too deeply");
        }
        var builder = new Grammar.Builder();
        Expr.Rule root = builder.declare("root");
        var others = new SchemaGrammar(document.opened(), Layout.FREE, writable, builder, depth + 1);
        builder.define(root, others.rule(schemas));
        others.defineRules();
        return builder.hasText(root, writable, document.effort())
                ? Optional.of(new TextReader(builder.build(), document.effort()))
                : Optional.empty();
    }

    private Expr ofType(Conjunction all, String type) {
        return switch (type) {
            case "object" -> new Objects(this, grammar, layout, strings).of(all);
            case "array" -> new Arrays(this, grammar, layout).of(all);
            case "string" -> scalars.string(all);
            case "integer" -> scalars.number(all, true);
            case "number" -> scalars.number(all, false);
            case "boolean" -> Expr.choice(Expr.text("true"), Expr.text("false"));
            default -> Expr.text("null");
        };
    }

    /** The enumerated values of the schemas, if they enumerate all. */
    Optional<List<JsonNode>> named(List<Subschema> schemas) {
        Conjunction all = Conjunction.of(document, schemas);
        return all.isPlain() ? Values.named(all).map(values -> allowed(all, values)) : Optional.empty();
    }

    OtherNames otherNames() {
        return otherNames;
    }

    /** The requirements of {@code propertyNames} on names. */
    List<ByteAutomaton.Part> nameParts(Conjunction names) {
        if (!names.isPlain()) {
            throw new GrammarException(
                    names.place(), "anyOf and oneOf are not supported in propertyNames; use pattern");
        }
        List<ByteAutomaton.Part> parts = new ArrayList<>(strings.parts(names));
        if (!names.possible() || !Values.allowed(names).contains("string")) {
            parts.add(strings.anyText().not());
        }
        return parts;
    }
}
