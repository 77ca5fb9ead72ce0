package io.baseload.chat.template;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Everything that a template can see: data of its own, never an object of Java's. Immutable, but for namespaces and a loop's own state. */
sealed interface Value {
    /** Python's name for the type. */
    String type();

    /**
     * What isn't there; prints as nothing, and fails when it is used.
     *
     * @param what the sentence that says what isn't there
     */
    record Undefined(String what) implements Value {
        @Override
        public String type() {
            return "Undefined";
        }

        TemplateException failure() {
            return new TemplateException(what);
        }
    }

    enum None implements Value {
        NONE;

        @Override
        public String type() {
            return "NoneType";
        }
    }

    record Bool(boolean value) implements Value {
        static final Bool TRUE = new Bool(true);
        static final Bool FALSE = new Bool(false);

        static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }

        @Override
        public String type() {
            return "bool";
        }
    }

    record Int(BigInteger value) implements Value {
        static Int of(long value) {
            return new Int(BigInteger.valueOf(value));
        }

        @Override
        public String type() {
            return "int";
        }
    }

    record Real(double value) implements Value {
        @Override
        public String type() {
            return "float";
        }
    }

    /**
     * @param markup whether the text is marked as HTML (see {@link Markup}); equal texts are equal whether they are or not
     */
    record Text(String value, boolean markup) implements Value {
        static final Text EMPTY = new Text("");

        Text(String value) {
            this(value, false);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Text text && text.value.equals(value);
        }

        @Override
        public int hashCode() {
            return value.hashCode();
        }

        @Override
        public String type() {
            return "str";
        }

        int length() {
            return value.codePointCount(0, value.length());
        }
    }

    /** A list, a tuple, or a view of a dict. */
    record Sequence(Form form, List<Value> items) implements Value {
        enum Form {
            LIST("list"),
            TUPLE("tuple"),
            /** What {@code groupby} gives: a tuple of {@code grouper} and {@code list}. */
            GROUP("tuple"),
            KEYS("dict_keys"),
            VALUES("dict_values"),
            ITEMS("dict_items");

            final String type;

            Form(String type) {
                this.type = type;
            }
        }

        static Sequence list(List<Value> items) {
            return new Sequence(Form.LIST, items);
        }

        static Sequence tuple(Value... items) {
            return new Sequence(Form.TUPLE, List.of(items));
        }

        @Override
        public String type() {
            return form.type;
        }
    }

    /**
     * A dict, in the order of insertion.
     *
     * @param entries by {@link Comparisons#key}, so that 1, 1.0 and true are one key
     */
    record Dict(Map<Value, Entry> entries) implements Value {
        static final Dict EMPTY = new Dict(Map.of());

        record Entry(Value key, Value value) {}

        Optional<Value> get(Value key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        @Override
        public String type() {
            return "dict";
        }
    }

    /** What {@code namespace()} makes: the one thing that a template can write to from within a loop. */
    record Namespace(LinkedHashMap<String, Value> members) implements Value {
        @Override
        public String type() {
            return "Namespace";
        }
    }

    /** {@code loop}: named values that change from one round to the next. */
    interface Members {
        Optional<Value> member(String name);
    }

    /** Something with members that can't be looked into otherwise. */
    record Opaque(String type, Members members) implements Value {}

    /** Something that can be called: a macro, a method bound to its object, a global. */
    record Function(String name, Body body, Members members) implements Value {
        Function(String name, Body body) {
            this(name, body, unknown -> Optional.empty());
        }

        @Override
        public String type() {
            return "function";
        }
    }

    @FunctionalInterface
    interface Body {
        Value call(Arguments arguments);
    }
}
