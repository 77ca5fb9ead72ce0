package io.baseload.chat.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Filters on lists, dicts and other iterable values. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("length", (r, v, a) -> TemplateValue.Int.of(r.length(v)));
        filters.put("count", (r, v, a) -> TemplateValue.Int.of(r.length(v)));
        filters.put("list", (r, v, a) -> TemplateValue.Sequence.list(r.iterate(v)));
        filters.put("first", (r, v, a) -> first(r, v));
        filters.put("last", (r, v, a) -> last(r, v));
        filters.put("join", SequenceFilters::join);
        filters.put("sum", SequenceFilters::sum);
        GeneratorFilters.addTo(filters);
        OrderFilters.addTo(filters);
    }

    private static TemplateValue first(Rendering rendering, TemplateValue value) {
        if (value instanceof TemplateValue.Generator g && g.rest().hasNext()) {
            return g.rest().next();
        }
        List<TemplateValue> items = rendering.iterate(value);
        return items.isEmpty() ? none("first") : items.getFirst();
    }

    private static TemplateValue last(Rendering rendering, TemplateValue value) {
        if (value instanceof TemplateValue.Generator g) {
            throw new TemplateException("'" + g.type() + "' object is not reversible");
        }
        List<TemplateValue> items = rendering.iterate(value);
        return items.isEmpty() ? none("last") : items.getLast();
    }

    private static TemplateValue none(String which) {
        return new TemplateValue.Undefined("No " + which + " item, sequence was empty.");
    }

    private static TemplateValue join(Rendering rendering, TemplateValue value, Arguments arguments) {
        String separator = arguments.find(0, "d").map(rendering.printer::str).orElse("");
        Optional<TemplateValue> path = arguments.find(1, "attribute");
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (TemplateValue item : rendering.iterate(value)) {
            String text = rendering.printer.str(Filters.pathOrSelf(item, path, rendering));
            rendering.budget.block(separator.length() + text.length());
            out.append(first ? "" : separator).append(text);
            first = false;
        }
        return new TemplateValue.Text(out.toString());
    }

    private static TemplateValue sum(Rendering rendering, TemplateValue value, Arguments arguments) {
        Optional<TemplateValue> path = arguments.find(0, "attribute");
        TemplateValue total = arguments.find(1, "start").orElse(TemplateValue.Int.of(0));
        for (TemplateValue item : rendering.iterate(value)) {
            total = Operators.binary("+", total, Filters.pathOrSelf(item, path, rendering), rendering);
        }
        return total;
    }
}
