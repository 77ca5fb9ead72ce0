package io.baseload.chat.python;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that a template can see: its own data, never a Java object. Immutable, except for namespaces, generators and a loop's own state. */
public sealed interface PythonValue {
    /** Python's name for the type. */
    String type();

    /**
     * An undefined value; prints as nothing, and fails when it is used.
     *
     * @param what the description for the error message
     */
    record Undefined(String what) implements PythonValue {
        @Override
        public String type() {
            return "Undefined";
        }

        public TemplateException failure() {
            return new TemplateException(what);
        }
    }

    enum None implements PythonValue {
        NONE;

        @Override
        public String type() {
            return "NoneType";
        }
    }

    record Bool(boolean value) implements PythonValue {
        public static final Bool TRUE = new Bool(true);
        public static final Bool FALSE = new Bool(false);

        public static Bool of(boolean value) {
            return value ? TRUE : FALSE;
        }

        @Override
        public String type() {
            return "bool";
        }
    }

    record Int(BigInteger value) implements PythonValue, Comparable<Int> {
        @Override
        public int compareTo(Int other) {
            return value.compareTo(other.value);
        }

        public static Int of(long value) {
            return new Int(BigInteger.valueOf(value));
        }

        @Override
        public String type() {
            return "int";
        }
    }

    record Real(double value) implements PythonValue {
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
    record Text(String value, boolean markup) implements PythonValue, Comparable<Text> {
        public static final Text EMPTY = new Text("");

        public Text(String value) {
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

        public int length() {
            return value.codePointCount(0, value.length());
        }
    }

    /** A list, a tuple, a range, or a view of a dict. */
    record Sequence(Form form, List<PythonValue> items) implements PythonValue {
        public enum Form {
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
        public boolean hasItems() {
            return isListOrTuple() || form == Form.RANGE;
        }

        public static Sequence list(List<PythonValue> items) {
            return new Sequence(Form.LIST, items);
        }

        public static Sequence tuple(PythonValue... items) {
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
    record Dict(Map<PythonValue, Entry> entries) implements PythonValue {
        public static final Dict EMPTY = new Dict(Map.of());

        public record Entry(PythonValue key, PythonValue value) {}

        public Optional<PythonValue> get(PythonValue key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        @Override
        public String type() {
            return "dict";
        }
    }

    /** The result of {@code map}, {@code select} and others: values created lazily, readable once. Always true, even if there are none; without length and items. */
    final class Generator implements PythonValue {
        private final String type;
        private final Supplier<Iterator<PythonValue>> source;
        private Optional<Iterator<PythonValue>> running = Optional.empty();

        public Generator(String type, Supplier<Iterator<PythonValue>> source) {
            this.type = type;
            this.source = source;
        }

        /** The remaining elements. */
        public Iterator<PythonValue> rest() {
            Iterator<PythonValue> rest = running.orElseGet(source);
            running = Optional.of(rest);
            return rest;
        }

        @Override
        public String type() {
            return type;
        }
    }

    /** The result of {@code namespace()}: the only thing that a template can write to from within a loop. */
    record Namespace(LinkedHashMap<String, PythonValue> members) implements PythonValue {
        @Override
        public String type() {
            return "Namespace";
        }
    }

    /** Named values that may change, as in {@code loop} from one iteration to the next. */
    interface Members {
        Optional<PythonValue> member(String name);
    }

    /**
     * A value that is accessible only through its members.
     *
     * @param text its printed form
     */
    record Opaque(String type, Members members, Supplier<String> text) implements PythonValue {}

    /** A callable value: a macro, a method bound to its object, a global. */
    record Function(String text, Body body, Members members) implements PythonValue {
        public Function(String name, Body body) {
            this("<function " + name + ">", body, unknown -> Optional.empty());
        }

        @Override
        public String type() {
            return "function";
        }
    }

    @FunctionalInterface
    interface Body {
        PythonValue call(Arguments arguments);
    }
}
