package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.Operators;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.TextMethods;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Filters on lists, dicts and other iterable values. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("length", (r, v, a) -> PythonValue.Int.of(r.length(v)));
        filters.put("count", (r, v, a) -> PythonValue.Int.of(r.length(v)));
        filters.put("list", (r, v, a) -> PythonValue.Sequence.list(r.iterate(v)));
        filters.put("first", (r, v, a) -> first(r, v));
        filters.put("last", (r, v, a) -> last(r, v));
        filters.put("join", SequenceFilters::join);
        filters.put("sum", SequenceFilters::sum);
        GeneratorFilters.addTo(filters);
        OrderFilters.addTo(filters);
    }

    private static PythonValue first(Rendering rendering, PythonValue value) {
        if (value instanceof PythonValue.Generator g && g.rest().hasNext()) {
            return g.rest().next();
        }
        List<PythonValue> items = rendering.iterate(value);
        return items.isEmpty() ? none("first") : items.getFirst();
    }

    private static PythonValue last(Rendering rendering, PythonValue value) {
        if (value instanceof PythonValue.Generator g) {
            throw new TemplateException("'" + g.type() + "' object is not reversible");
        }
        List<PythonValue> items = rendering.iterate(value);
        return items.isEmpty() ? none("last") : items.getLast();
    }

    private static PythonValue none(String which) {
        return new PythonValue.Undefined("No " + which + " item, sequence was empty.");
    }

    private static PythonValue join(Rendering rendering, PythonValue value, Arguments arguments) {
        String separator = arguments.find(0, "d").map(rendering.printer::str).orElse("");
        Optional<PythonValue> path = arguments.find(1, "attribute");
        List<PythonValue> items = rendering.iterate(value).stream()
                .map(item -> Filters.pathOrSelf(item, path, rendering))
                .toList();
        return TextMethods.join(separator, items, rendering);
    }

    private static PythonValue sum(Rendering rendering, PythonValue value, Arguments arguments) {
        Optional<PythonValue> path = arguments.find(0, "attribute");
        PythonValue total = arguments.find(1, "start").orElse(PythonValue.Int.of(0));
        for (PythonValue item : rendering.iterate(value)) {
            total = Operators.binary("+", total, Filters.pathOrSelf(item, path, rendering), rendering);
        }
        return total;
    }
}
