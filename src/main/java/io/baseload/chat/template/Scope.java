package io.baseload.chat.template;

import io.baseload.chat.python.PythonValue;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names and their values; other names are looked up in the outer scope. */
final class Scope {
    private final Optional<Scope> outside;
    private final Map<String, PythonValue> names = new HashMap<>();

    private Scope(Optional<Scope> outside) {
        this.outside = outside;
    }

    static Scope outermost(Map<String, PythonValue> names) {
        Scope scope = new Scope(Optional.empty());
        scope.names.putAll(names);
        return scope;
    }

    Scope inner() {
        return new Scope(Optional.of(this));
    }

    void set(String name, PythonValue value) {
        names.put(name, value);
    }

    PythonValue get(String name) {
        for (Scope scope = this; ; scope = scope.outside.get()) {
            PythonValue value = scope.names.get(name);
            if (value != null) {
                return value;
            }
            if (scope.outside.isEmpty()) {
                return new PythonValue.Undefined("'" + name + "' is undefined");
            }
        }
    }
}
