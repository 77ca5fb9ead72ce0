package io.baseload.chat.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can call. */
final class Globals {
    private static final int MAX_RANGE = 100_000;

    private Globals() {}

    static Map<String, TemplateValue> of(Rendering rendering) {
        Map<String, TemplateValue> globals = new LinkedHashMap<>();
        put(globals, "range", a -> range(a, rendering));
        put(globals, "namespace", Globals::namespace);
        globals.put(
                "dict",
                new TemplateValue.Function(
                        "dict",
                        a -> dict(a, rendering),
                        name -> name.equals("fromkeys")
                                ? Optional.of(new TemplateValue.Function(name, a -> fromKeys(a, rendering)))
                                : Optional.empty()));
        put(globals, "raise_exception", a -> {
            throw TemplateException.raisedByTemplate(rendering.printer.str(a.get(0, "message")));
        });
        put(globals, "strftime_now", a -> now(a.text(0, "format"), rendering));
        put(globals, "cycler", a -> cycler(a.positional()));
        put(globals, "joiner", a -> joiner(a.text(0, "sep", ", ")));
        put(globals, "lipsum", a -> {
            throw new TemplateException("lipsum is not available");
        });
        return globals;
    }

    private static void put(Map<String, TemplateValue> globals, String name, TemplateValue.Body body) {
        globals.put(name, new TemplateValue.Function(name, body));
    }

    private static TemplateValue now(String format, Rendering rendering) {
        rendering.budget.characters(20L * format.length());
        return new TemplateValue.Text(new Clock(rendering.now).format(format));
    }

    private static TemplateValue range(Arguments arguments, Rendering rendering) {
        int count = arguments.positional().size();
        int first = PythonNumbers.index(arguments.get(0, "start"));
        long start = count > 1 ? first : 0;
        long stop = count > 1 ? PythonNumbers.index(arguments.get(1, "stop")) : first;
        long step = arguments.integer(2, "step", 1);
        if (step == 0) {
            throw new TemplateException("range() arg 3 must not be zero");
        }
        long size = Math.max(0, (stop - start + step - Long.signum(step)) / step);
        if (size > MAX_RANGE) {
            throw new TemplateException("Range too big. No range may be longer than " + MAX_RANGE + ".");
        }
        rendering.budget.elements(size);
        List<TemplateValue> items = new ArrayList<>((int) size);
        for (int i = 0; i < size; i++) {
            items.add(TemplateValue.Int.of(start + i * step));
        }
        return new TemplateValue.Sequence(TemplateValue.Sequence.Form.RANGE, items);
    }

    private static TemplateValue namespace(Arguments arguments) {
        LinkedHashMap<String, TemplateValue> members = new LinkedHashMap<>();
        for (TemplateValue from : arguments.positional()) {
            if (!(from instanceof TemplateValue.Dict d)) {
                throw new TemplateException("'" + from.type() + "' object is not a mapping");
            }
            d.entries().values().forEach(e -> members.put(Texts.require(e.key()), e.value()));
        }
        members.putAll(arguments.named());
        members.keySet().forEach(Globals::checkMember);
        return new TemplateValue.Namespace(members);
    }

    static void checkMember(String name) {
        if (name.startsWith("_")) {
            throw new TemplateException(
                    "a namespace can't have a member whose name begins with an underscore: '" + name + "'");
        }
    }

    private static TemplateValue dict(Arguments arguments, Rendering rendering) {
        Map<TemplateValue, TemplateValue.Dict.Entry> entries = new LinkedHashMap<>();
        arguments.find(0, "").ifPresent(from -> {
            if (from instanceof TemplateValue.Dict d) {
                d.entries().values().forEach(e -> rendering.put(entries, e.key(), e.value()));
            } else {
                rendering.iterate(from).forEach(pair -> putPair(entries, rendering.iterate(pair), rendering));
            }
        });
        arguments.named().forEach((name, value) -> rendering.put(entries, new TemplateValue.Text(name), value));
        return new TemplateValue.Dict(entries);
    }

    private static void putPair(
            Map<TemplateValue, TemplateValue.Dict.Entry> entries, List<TemplateValue> pair, Rendering rendering) {
        if (pair.size() != 2) {
            throw new TemplateException(
                    "dictionary update sequence element has length " + pair.size() + "; 2 is required");
        }
        rendering.put(entries, pair.get(0), pair.get(1));
    }

    private static TemplateValue fromKeys(Arguments arguments, Rendering rendering) {
        Map<TemplateValue, TemplateValue.Dict.Entry> entries = new LinkedHashMap<>();
        TemplateValue value = arguments.find(1, "value").orElse(TemplateValue.None.NONE);
        rendering.iterate(arguments.get(0, "iterable")).forEach(key -> rendering.put(entries, key, value));
        return new TemplateValue.Dict(entries);
    }

    private static TemplateValue cycler(List<TemplateValue> items) {
        if (items.isEmpty()) {
            throw new TemplateException("at least one item has to be provided");
        }
        int[] at = {0};
        return new TemplateValue.Opaque(
                "Cycler",
                name -> Optional.ofNullable(
                        switch (name) {
                            case "current" -> items.get(at[0] % items.size());
                            case "next" -> new TemplateValue.Function(name, a -> items.get(at[0]++ % items.size()));
                            case "reset" ->
                                new TemplateValue.Function(name, a -> {
                                    at[0] = 0;
                                    return TemplateValue.None.NONE;
                                });
                            default -> null;
                        }),
                () -> "<Cycler object>");
    }

    private static TemplateValue joiner(String separator) {
        boolean[] used = {false};
        return new TemplateValue.Function("joiner", a -> {
            TemplateValue text = used[0] ? new TemplateValue.Text(separator) : TemplateValue.Text.EMPTY;
            used[0] = true;
            return text;
        });
    }
}
