package io.baseload.chat.python;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Arguments of a call, evaluated. */
public record Arguments(List<PythonValue> positional, Map<String, PythonValue> named) {
    public static final Arguments NONE = new Arguments(List.of(), Map.of());

    public static Arguments of(PythonValue... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    /** An argument by position or by name. */
    public Optional<PythonValue> find(int index, String name) {
        return index < positional.size() ? Optional.of(positional.get(index)) : Optional.ofNullable(named.get(name));
    }

    public PythonValue get(int index, String name) {
        return find(index, name).orElseThrow(() -> new TemplateException("missing argument '" + name + "'"));
    }

    public boolean flag(int index, String name, boolean absent) {
        return find(index, name).map(Truth::of).orElse(absent);
    }

    public String text(int index, String name) {
        return Texts.require(get(index, name));
    }

    public String text(int index, String name, String absent) {
        return find(index, name).map(Texts::require).orElse(absent);
    }

    public int integer(int index, String name, int absent) {
        return find(index, name).map(PythonNumbers::index).orElse(absent);
    }

    /** These arguments, if there are at most {@code count} positional ones. */
    Arguments atMost(int count) {
        if (positional.size() > count) {
            throw new TemplateException("takes at most " + count + " argument(s), " + positional.size() + " given");
        }
        return this;
    }

    /** All arguments except the first. */
    public Arguments rest() {
        return new Arguments(positional.subList(Math.min(1, positional.size()), positional.size()), named);
    }
}
