package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.Clock;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import io.baseload.chat.python.Rendering;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.python.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can call. */
final class Globals {
    private static final int MAX_RANGE = 100_000;

    private Globals() {}

    static Map<String, PythonValue> of(Rendering rendering) {
        Map<String, PythonValue> globals = new LinkedHashMap<>();
        put(globals, "range", a -> range(a, rendering));
        put(globals, "namespace", Globals::namespace);
        globals.put(
                "dict",
                new PythonValue.Function(
                        "dict",
                        a -> dict(a, rendering),
                        name -> name.equals("fromkeys")
                                ? Optional.of(new PythonValue.Function(name, a -> fromKeys(a, rendering)))
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

    private static void put(Map<String, PythonValue> globals, String name, PythonValue.Body body) {
        globals.put(name, new PythonValue.Function(name, body));
    }

    private static PythonValue now(String format, Rendering rendering) {
        rendering.budget.characters(20L * format.length());
        return new PythonValue.Text(new Clock(rendering.now).format(format));
    }

    private static PythonValue range(Arguments arguments, Rendering rendering) {
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
        List<PythonValue> items = new ArrayList<>((int) size);
        for (int i = 0; i < size; i++) {
            items.add(PythonValue.Int.of(start + i * step));
        }
        return new PythonValue.Sequence(PythonValue.Sequence.Form.RANGE, items);
    }

    private static PythonValue namespace(Arguments arguments) {
        LinkedHashMap<String, PythonValue> members = new LinkedHashMap<>();
        for (PythonValue from : arguments.positional()) {
            if (!(from instanceof PythonValue.Dict d)) {
                throw new TemplateException("'" + from.type() + "' object is not a mapping");
            }
            d.entries().values().forEach(e -> members.put(Texts.require(e.key()), e.value()));
        }
        members.putAll(arguments.named());
        members.keySet().forEach(Globals::checkMember);
        return new PythonValue.Namespace(members);
    }

    static void checkMember(String name) {
        if (name.startsWith("_")) {
            throw new TemplateException(
                    "a namespace can't have a member whose name begins with an underscore: '" + name + "'");
        }
    }

    private static PythonValue dict(Arguments arguments, Rendering rendering) {
        Map<PythonValue, PythonValue.Dict.Entry> entries = new LinkedHashMap<>();
        arguments.find(0, "").ifPresent(from -> {
            if (from instanceof PythonValue.Dict d) {
                d.entries().values().forEach(e -> rendering.put(entries, e.key(), e.value()));
            } else {
                rendering.iterate(from).forEach(pair -> putPair(entries, rendering.iterate(pair), rendering));
            }
        });
        arguments.named().forEach((name, value) -> rendering.put(entries, new PythonValue.Text(name), value));
        return new PythonValue.Dict(entries);
    }

    private static void putPair(
            Map<PythonValue, PythonValue.Dict.Entry> entries, List<PythonValue> pair, Rendering rendering) {
        if (pair.size() != 2) {
            throw new TemplateException(
                    "dictionary update sequence element has length " + pair.size() + "; 2 is required");
        }
        rendering.put(entries, pair.get(0), pair.get(1));
    }

    private static PythonValue fromKeys(Arguments arguments, Rendering rendering) {
        Map<PythonValue, PythonValue.Dict.Entry> entries = new LinkedHashMap<>();
        PythonValue value = arguments.find(1, "value").orElse(PythonValue.None.NONE);
        rendering.iterate(arguments.get(0, "iterable")).forEach(key -> rendering.put(entries, key, value));
        return new PythonValue.Dict(entries);
    }

    private static PythonValue cycler(List<PythonValue> items) {
        if (items.isEmpty()) {
            throw new TemplateException("at least one item has to be provided");
        }
        int[] at = {0};
        return new PythonValue.Opaque(
                "Cycler",
                name -> Optional.ofNullable(
                        switch (name) {
                            case "current" -> items.get(at[0] % items.size());
                            case "next" -> new PythonValue.Function(name, a -> items.get(at[0]++ % items.size()));
                            case "reset" ->
                                new PythonValue.Function(name, a -> {
                                    at[0] = 0;
                                    return PythonValue.None.NONE;
                                });
                            default -> null;
                        }),
                () -> "<Cycler object>");
    }

    private static PythonValue joiner(String separator) {
        boolean[] used = {false};
        return new PythonValue.Function("joiner", a -> {
            PythonValue text = used[0] ? new PythonValue.Text(separator) : PythonValue.Text.EMPTY;
            used[0] = true;
            return text;
        });
    }
}
