package io.baseload.chat.template;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that a template can see: its own data, never a Java object. Immutable, except for namespaces, generators and a loop's own state. */
sealed interface TemplateValue {
    /** Python's name for the type. */
    String type();

    /**
     * An undefined value; prints as nothing, and fails when it is used.
     *
     * @param what the description for the error message
     */
    record Undefined(String what) implements TemplateValue {
        @Override
        public String type() {
            return "Undefined";
        }

        TemplateException failure() {
            return new TemplateException(what);
        }
    }

    enum None implements TemplateValue {
        NONE;

        @Override
        public String type() {
            return "NoneType";
        }
    }

    record Bool(boolean value) implements TemplateValue {
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

    record Int(BigInteger value) implements TemplateValue, Comparable<Int> {
        @Override
        public int compareTo(Int other) {
            return value.compareTo(other.value);
        }

        static Int of(long value) {
            return new Int(BigInteger.valueOf(value));
        }

        @Override
        public String type() {
            return "int";
        }
    }

    record Real(double value) implements TemplateValue {
        @Override
        public String type() {
            return "float";
        }
    }

    /**
     * Comparable, so that a map quickly distinguishes texts with the same hash.
     *
     * @param markup whether the text is marked as HTML (see {@link Markup}); equal texts are equal whether they are or not
     */
    record Text(String value, boolean markup) implements TemplateValue, Comparable<Text> {
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

        @Override
        public int compareTo(Text other) {
            return value.compareTo(other.value);
        }

        int length() {
            return value.codePointCount(0, value.length());
        }
    }

    /** A list, a tuple, a range, or a view of a dict. */
    record Sequence(Form form, List<TemplateValue> items) implements TemplateValue {
        enum Form {
            LIST("list"),
            TUPLE("tuple"),
            /** An element of {@code groupby}: a tuple of {@code grouper} and {@code list}. */
            GROUP("tuple"),
            RANGE("range"),
            KEYS("dict_keys"),
            VALUES("dict_values"),
            ITEMS("dict_items");

            final String type;

            Form(String type) {
                this.type = type;
            }
        }

        boolean isListOrTuple() {
            return form == Form.LIST || form == Form.TUPLE || form == Form.GROUP;
        }

        /** Whether elements have indices; those of a dict's view don't. */
        boolean hasItems() {
            return isListOrTuple() || form == Form.RANGE;
        }

        static Sequence list(List<TemplateValue> items) {
            return new Sequence(Form.LIST, items);
        }

        static Sequence tuple(TemplateValue... items) {
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
    record Dict(Map<TemplateValue, Entry> entries) implements TemplateValue {
        static final Dict EMPTY = new Dict(Map.of());

        record Entry(TemplateValue key, TemplateValue value) {}

        Optional<TemplateValue> get(TemplateValue key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        @Override
        public String type() {
            return "dict";
        }
    }

    /** The result of {@code map}, {@code select} and others: values created lazily, readable once. Always true, even if there are none; without length and items. */
    final class Generator implements TemplateValue {
        private final String type;
        private final Supplier<Iterator<TemplateValue>> source;
        private Optional<Iterator<TemplateValue>> running = Optional.empty();

        Generator(String type, Supplier<Iterator<TemplateValue>> source) {
            this.type = type;
            this.source = source;
        }

        /** The remaining elements. */
        Iterator<TemplateValue> rest() {
            Iterator<TemplateValue> rest = running.orElseGet(source);
            running = Optional.of(rest);
            return rest;
        }

        @Override
        public String type() {
            return type;
        }
    }

    /** The result of {@code namespace()}: the only thing that a template can write to from within a loop. */
    record Namespace(LinkedHashMap<String, TemplateValue> members) implements TemplateValue {
        @Override
        public String type() {
            return "Namespace";
        }
    }

    /** Named values that may change, as in {@code loop} from one iteration to the next. */
    interface Members {
        Optional<TemplateValue> member(String name);
    }

    /**
     * A value that is accessible only through its members.
     *
     * @param text its printed form
     */
    record Opaque(String type, Members members, Supplier<String> text) implements TemplateValue {}

    /** A callable value: a macro, a method bound to its object, a global. */
    record Function(String text, Body body, Members members) implements TemplateValue {
        Function(String name, Body body) {
            this("<function " + name + ">", body, unknown -> Optional.empty());
        }

        @Override
        public String type() {
            return "function";
        }
    }

    @FunctionalInterface
    interface Body {
        TemplateValue call(Arguments arguments);
    }
}
