package io.baseload.chat.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names and their values; other names are looked up in the outer scope. */
final class Scope {
    private final Optional<Scope> outside;
    private final Map<String, TemplateValue> names = new HashMap<>();

    private Scope(Optional<Scope> outside) {
        this.outside = outside;
    }

    static Scope outermost(Map<String, TemplateValue> names) {
        Scope scope = new Scope(Optional.empty());
        scope.names.putAll(names);
        return scope;
    }

    Scope inner() {
        return new Scope(Optional.of(this));
    }

    void set(String name, TemplateValue value) {
        names.put(name, value);
    }

    TemplateValue get(String name) {
        for (Scope scope = this; ; scope = scope.outside.get()) {
            TemplateValue value = scope.names.get(name);
            if (value != null) {
                return value;
            }
            if (scope.outside.isEmpty()) {
                return new TemplateValue.Undefined("'" + name + "' is undefined");
            }
        }
    }
}
