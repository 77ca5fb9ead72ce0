package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Equality and order as in Python. */
final class Comparisons {
    private static final TemplateValue UNDEFINED = new TemplateValue.Undefined("undefined");

    private final Budget budget;

    Comparisons(Budget budget) {
        this.budget = budget;
    }

    /** The form of a value as a dict's key: equal numbers are the same key. */
    TemplateValue key(TemplateValue value) {
        budget.enter();
        TemplateValue key = switch (value) {
            case TemplateValue.Undefined u -> UNDEFINED;
            case TemplateValue.Bool b -> TemplateValue.Int.of(b.value() ? 1 : 0);
            case TemplateValue.Real r
            when r.value() == Math.rint(r.value()) && !Double.isInfinite(r.value()) ->
                new TemplateValue.Int(new BigDecimal(r.value()).toBigInteger());
            case TemplateValue.Sequence s
            when s.form() == TemplateValue.Sequence.Form.TUPLE ->
                new TemplateValue.Sequence(
                        s.form(), s.items().stream().map(this::key).toList());
            case TemplateValue.Sequence s -> throw unhashable(s);
            case TemplateValue.Dict d -> throw unhashable(d);
            case TemplateValue.Namespace n -> throw unhashable(n);
            case TemplateValue.Opaque o -> throw unhashable(o);
            case TemplateValue.Function f -> throw unhashable(f);
            case TemplateValue.Generator g -> throw unhashable(g);
            case TemplateValue.Text t -> {
                budget.block(t.value().length());
                yield t;
            }
            default -> value;
        };
        budget.leave();
        return key;
    }

    /** Lists and dicts can't be keys. */
    static boolean isHashable(TemplateValue value) {
        return !(value instanceof TemplateValue.Dict)
                && !(value instanceof TemplateValue.Sequence s && s.form() == TemplateValue.Sequence.Form.LIST);
    }

    private static TemplateException unhashable(TemplateValue value) {
        return new TemplateException("unhashable type: '" + value.type() + "'");
    }

    /** Python's {@code is}, except that equal texts and equal numbers of the same type are identical. Contents of containers, which may be huge, are never compared. */
    @SuppressWarnings("ReferenceEquality") // containers have an identity
    static boolean same(TemplateValue a, TemplateValue b) {
        return switch (a) {
            case TemplateValue.Sequence s -> s == b;
            case TemplateValue.Dict d -> d == b;
            case TemplateValue.Namespace n -> n == b;
            default -> a.equals(b);
        };
    }

    boolean equal(TemplateValue a, TemplateValue b) {
        budget.enter();
        boolean equal;
        if (PythonNumbers.isNumber(a) && PythonNumbers.isNumber(b)) {
            equal = numbers(a, b) == 0 && !isNaN(a) && !isNaN(b);
        } else if (a instanceof TemplateValue.Sequence s && b instanceof TemplateValue.Sequence t) {
            equal = s.form() == t.form() && items(s.items(), t.items());
        } else if (a instanceof TemplateValue.Dict s && b instanceof TemplateValue.Dict t) {
            equal = dicts(s, t);
        } else if (a instanceof TemplateValue.Undefined && b instanceof TemplateValue.Undefined) {
            equal = true;
        } else if (a instanceof TemplateValue.Text s && b instanceof TemplateValue.Text t) {
            budget.block(Math.min(s.value().length(), t.value().length()));
            equal = s.value().equals(t.value());
        } else {
            equal = same(a, b);
        }
        budget.leave();
        return equal;
    }

    private boolean items(List<TemplateValue> a, List<TemplateValue> b) {
        boolean equal = a.size() == b.size();
        for (int i = 0; equal && i < a.size(); i++) {
            equal = equal(a.get(i), b.get(i));
        }
        return equal;
    }

    private boolean dicts(TemplateValue.Dict a, TemplateValue.Dict b) {
        return a.entries().size() == b.entries().size()
                && a.entries().entrySet().stream().allMatch(e -> {
                    TemplateValue.Dict.Entry other = b.entries().get(e.getKey());
                    return other != null && equal(e.getValue().value(), other.value());
                });
    }

    /** Negative, zero or positive, as {@code a} is before, at or after {@code b}. */
    int order(String operator, TemplateValue a, TemplateValue b) {
        if (a instanceof TemplateValue.Undefined u) {
            throw u.failure();
        }
        if (b instanceof TemplateValue.Undefined u) {
            throw u.failure();
        }
        if (PythonNumbers.isNumber(a) && PythonNumbers.isNumber(b)) {
            return numbers(a, b);
        }
        if (a instanceof TemplateValue.Text s && b instanceof TemplateValue.Text t) {
            budget.block(Math.min(s.value().length(), t.value().length()));
            return Texts.compare(s.value(), t.value());
        }
        if (a instanceof TemplateValue.Sequence s && b instanceof TemplateValue.Sequence t && s.form() == t.form()) {
            return sequences(operator, s.items(), t.items());
        }
        throw new TemplateException(
                "'" + operator + "' not supported between instances of '" + a.type() + "' and '" + b.type() + "'");
    }

    private int sequences(String operator, List<TemplateValue> a, List<TemplateValue> b) {
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

    private static int numbers(TemplateValue a, TemplateValue b) {
        Optional<BigInteger> i = PythonNumbers.integer(a);
        Optional<BigInteger> j = PythonNumbers.integer(b);
        if (i.isPresent() && j.isPresent()) {
            return i.get().compareTo(j.get());
        }
        double x = PythonNumbers.real(a);
        double y = PythonNumbers.real(b);
        return x == y ? 0 : Double.compare(x, y);
    }

    private static boolean isNaN(TemplateValue value) {
        return value instanceof TemplateValue.Real r && Double.isNaN(r.value());
    }

    private boolean any(Iterator<TemplateValue> items, TemplateValue item) {
        boolean found = false;
        while (!found && items.hasNext()) {
            found = equal(items.next(), item);
        }
        return found;
    }

    boolean contains(TemplateValue container, TemplateValue item) {
        return switch (container) {
            case TemplateValue.Undefined u -> false;
            case TemplateValue.Text t -> {
                if (!(item instanceof TemplateValue.Text part)) {
                    throw new TemplateException("'in <string>' requires string as left operand, not " + item.type());
                }
                budget.search(t.value().length(), part.value().length());
                yield t.value().contains(part.value());
            }
            case TemplateValue.Sequence s -> s.items().stream().anyMatch(i -> equal(i, item));
            case TemplateValue.Generator g -> any(g.rest(), item);
            case TemplateValue.Dict d -> d.entries().containsKey(key(item));
            default -> throw new TemplateException("argument of type '" + container.type() + "' is not iterable");
        };
    }
}
