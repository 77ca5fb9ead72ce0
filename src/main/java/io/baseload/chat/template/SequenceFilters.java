package io.baseload.chat.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Filters that look at lists, dicts and other things that can be looped over. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("length", (r, v, a) -> Value.Int.of(r.length(v)));
        filters.put("count", (r, v, a) -> Value.Int.of(r.length(v)));
        filters.put("list", (r, v, a) -> Value.Sequence.list(r.iterate(v)));
        filters.put("first", (r, v, a) -> first(r, v));
        filters.put("last", (r, v, a) -> last(r, v));
        filters.put("join", SequenceFilters::join);
        filters.put("sum", SequenceFilters::sum);
        GeneratorFilters.addTo(filters);
        OrderFilters.addTo(filters);
    }

    private static Value first(Rendering rendering, Value value) {
        if (value instanceof Value.Generator g && g.rest().hasNext()) {
            return g.rest().next();
        }
        List<Value> items = rendering.iterate(value);
        return items.isEmpty() ? none("first") : items.getFirst();
    }

    private static Value last(Rendering rendering, Value value) {
        if (value instanceof Value.Generator g) {
            throw new TemplateException("'" + g.type() + "' object is not reversible");
        }
        List<Value> items = rendering.iterate(value);
        return items.isEmpty() ? none("last") : items.getLast();
    }

    private static Value none(String which) {
        return new Value.Undefined("No " + which + " item, sequence was empty.");
    }

    private static Value join(Rendering rendering, Value value, Arguments arguments) {
        String separator = arguments.find(0, "d").map(rendering.printer::str).orElse("");
        Optional<Value> path = arguments.find(1, "attribute");
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Value item : rendering.iterate(value)) {
            String text = rendering.printer.str(Filters.pathOrSelf(item, path, rendering));
            rendering.budget.block(separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        return new Value.Text(out.toString());
    }

    private static Value sum(Rendering rendering, Value value, Arguments arguments) {
        Optional<Value> path = arguments.find(0, "attribute");
        Value total = arguments.find(1, "start").orElse(Value.Int.of(0));
        for (Value item : rendering.iterate(value)) {
            total = Operators.binary("+", total, Filters.pathOrSelf(item, path, rendering), rendering);
        }
        return total;
    }
}
