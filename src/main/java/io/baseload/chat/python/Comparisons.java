package io.baseload.chat.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Equality and order as in Python. */
public final class Comparisons {
    private static final PythonValue UNDEFINED = new PythonValue.Undefined("undefined");

    private final Budget budget;

    Comparisons(Budget budget) {
        this.budget = budget;
    }

    /** The form of a value as a dict's key: equal numbers are the same key. */
    public PythonValue key(PythonValue value) {
        budget.enter();
        PythonValue key = switch (value) {
            case PythonValue.Undefined u -> UNDEFINED;
            case PythonValue.Bool b -> PythonValue.Int.of(b.value() ? 1 : 0);
            case PythonValue.Real r
            when r.value() == Math.rint(r.value()) && !Double.isInfinite(r.value()) ->
                new PythonValue.Int(new BigDecimal(r.value()).toBigInteger());
            case PythonValue.Sequence s
            when s.form() == PythonValue.Sequence.Form.TUPLE ->
                new PythonValue.Sequence(
                        s.form(), s.items().stream().map(this::key).toList());
            case PythonValue.Sequence s -> throw unhashable(s);
            case PythonValue.Dict d -> throw unhashable(d);
            case PythonValue.Namespace n -> throw unhashable(n);
            case PythonValue.Opaque o -> throw unhashable(o);
            case PythonValue.Function f -> throw unhashable(f);
            case PythonValue.Generator g -> throw unhashable(g);
            case PythonValue.Text t -> {
                budget.block(t.value().length());
                yield t;
            }
            default -> value;
        };
        budget.leave();
        return key;
    }

    /** Lists and dicts can't be keys. */
    static boolean isHashable(PythonValue value) {
        return !(value instanceof PythonValue.Dict)
                && !(value instanceof PythonValue.Sequence s && s.form() == PythonValue.Sequence.Form.LIST);
    }

    private static TemplateException unhashable(PythonValue value) {
        return new TemplateException("unhashable type: '" + value.type() + "'");
    }

    /** Python's {@code is}, except that equal texts and equal numbers of the same type are identical. Contents of containers, which may be huge, are never compared. */
    @SuppressWarnings("ReferenceEquality") // containers have an identity
    public static boolean same(PythonValue a, PythonValue b) {
        return switch (a) {
            case PythonValue.Sequence s -> s == b;
            case PythonValue.Dict d -> d == b;
            case PythonValue.Namespace n -> n == b;
            default -> a.equals(b);
        };
    }

    public boolean equal(PythonValue a, PythonValue b) {
        budget.enter();
        boolean equal;
        if (PythonNumbers.isNumber(a) && PythonNumbers.isNumber(b)) {
            equal = numbers(a, b) == 0 && !isNaN(a) && !isNaN(b);
        } else if (a instanceof PythonValue.Sequence s && b instanceof PythonValue.Sequence t) {
            equal = s.form() == t.form() && items(s.items(), t.items());
        } else if (a instanceof PythonValue.Dict s && b instanceof PythonValue.Dict t) {
            equal = dicts(s, t);
        } else if (a instanceof PythonValue.Undefined && b instanceof PythonValue.Undefined) {
            equal = true;
        } else if (a instanceof PythonValue.Text s && b instanceof PythonValue.Text t) {
            budget.block(Math.min(s.value().length(), t.value().length()));
            equal = s.value().equals(t.value());
        } else {
            equal = same(a, b);
        }
        budget.leave();
        return equal;
    }

    private boolean items(List<PythonValue> a, List<PythonValue> b) {
        boolean equal = a.size() == b.size();
        for (int i = 0; equal && i < a.size(); i++) {
            equal = equal(a.get(i), b.get(i));
        }
        return equal;
    }

    private boolean dicts(PythonValue.Dict a, PythonValue.Dict b) {
        return a.entries().size() == b.entries().size()
                && a.entries().entrySet().stream().allMatch(e -> {
                    PythonValue.Dict.Entry other = b.entries().get(e.getKey());
                    return other != null && equal(e.getValue().value(), other.value());
                });
    }

    /** Negative, zero or positive, as {@code a} is before, at or after {@code b}. */
    public int order(String operator, PythonValue a, PythonValue b) {
        if (a instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        if (b instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        if (PythonNumbers.isNumber(a) && PythonNumbers.isNumber(b)) {
            return numbers(a, b);
        }
        if (a instanceof PythonValue.Text s && b instanceof PythonValue.Text t) {
            budget.block(Math.min(s.value().length(), t.value().length()));
            return Texts.compare(s.value(), t.value());
        }
        if (a instanceof PythonValue.Sequence s && b instanceof PythonValue.Sequence t && s.form() == t.form()) {
            return sequences(operator, s.items(), t.items());
        }
        throw new TemplateException(
                "'" + operator + "' not supported between instances of '" + a.type() + "' and '" + b.type() + "'");
    }

    private int sequences(String operator, List<PythonValue> a, List<PythonValue> b) {
        budget.enter();
        int result = Integer.compare(a.size(), b.size());
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!equal(a.get(i), b.get(i))) {
                result = order(operator, a.get(i), b.get(i));
                break;
            }
        }
        budget.leave();
        return result;
    }

    private static int numbers(PythonValue a, PythonValue b) {
        Optional<BigInteger> i = PythonNumbers.integer(a);
        Optional<BigInteger> j = PythonNumbers.integer(b);
        if (i.isPresent() && j.isPresent()) {
            return i.get().compareTo(j.get());
        }
        double x = PythonNumbers.real(a);
        double y = PythonNumbers.real(b);
        return x == y ? 0 : Double.compare(x, y);
    }

    private static boolean isNaN(PythonValue value) {
        return value instanceof PythonValue.Real r && Double.isNaN(r.value());
    }

    private boolean any(Iterator<PythonValue> items, PythonValue item) {
        boolean found = false;
        while (!found && items.hasNext()) {
            found = equal(items.next(), item);
        }
        return found;
    }

    public boolean contains(PythonValue container, PythonValue item) {
        return switch (container) {
            case PythonValue.Undefined u -> false;
            case PythonValue.Text t -> {
                if (!(item instanceof PythonValue.Text part)) {
                    throw new TemplateException("'in <string>' requires string as left operand, not " + item.type());
                }
                budget.search(t.value().length(), part.value().length());
                yield t.value().contains(part.value());
            }
            case PythonValue.Sequence s -> s.items().stream().anyMatch(i -> equal(i, item));
            case PythonValue.Generator g -> any(g.rest(), item);
            case PythonValue.Dict d -> d.entries().containsKey(key(item));
            default -> throw new TemplateException("argument of type '" + container.type() + "' is not iterable");
        };
    }
}
