package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Equality and order as Python has them. */
final class Comparisons {
    private static final Value UNDEFINED = new Value.Undefined("undefined");

    private final Budget budget;

    Comparisons(Budget budget) {
        this.budget = budget;
    }

    /** The form under which a value is a dict's key: numbers that are equal are one key. */
    Value key(Value value) {
        budget.enter();
        Value key = switch (value) {
            case Value.Undefined u -> UNDEFINED;
            case Value.Bool b -> Value.Int.of(b.value() ? 1 : 0);
            case Value.Real r
            when r.value() == Math.rint(r.value()) && !Double.isInfinite(r.value()) ->
                new Value.Int(new BigDecimal(r.value()).toBigInteger());
            case Value.Sequence s
            when s.form() == Value.Sequence.Form.TUPLE ->
                new Value.Sequence(s.form(), s.items().stream().map(this::key).toList());
            case Value.Sequence s -> throw unhashable(s);
            case Value.Dict d -> throw unhashable(d);
            case Value.Namespace n -> throw unhashable(n);
            case Value.Opaque o -> throw unhashable(o);
            case Value.Function f -> throw unhashable(f);
            case Value.Generator g -> throw unhashable(g);
            case Value.Text t -> {
                budget.block(t.value().length());
                yield t;
            }
            default -> value;
        };
        budget.leave();
        return key;
    }

    /** Lists and dicts can't be keys. */
    static boolean isHashable(Value value) {
        return !(value instanceof Value.Dict)
                && !(value instanceof Value.Sequence s && s.form() == Value.Sequence.Form.LIST);
    }

    private static TemplateException unhashable(Value value) {
        return new TemplateException("unhashable type: '" + value.type() + "'");
    }

    /** Python's {@code is}, but equal texts and equal numbers of one type are one. Never looks into a container, which may be huge. */
    @SuppressWarnings("ReferenceEquality") // containers have an identity
    static boolean same(Value a, Value b) {
        return switch (a) {
            case Value.Sequence s -> s == b;
            case Value.Dict d -> d == b;
            case Value.Namespace n -> n == b;
            default -> a.equals(b);
        };
    }

    boolean equal(Value a, Value b) {
        budget.enter();
        boolean equal;
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            equal = numbers(a, b) == 0 && !isNaN(a) && !isNaN(b);
        } else if (a instanceof Value.Sequence s && b instanceof Value.Sequence t) {
            equal = s.form() == t.form() && items(s.items(), t.items());
        } else if (a instanceof Value.Dict s && b instanceof Value.Dict t) {
            equal = dicts(s, t);
        } else if (a instanceof Value.Undefined && b instanceof Value.Undefined) {
            equal = true;
        } else if (a instanceof Value.Text s && b instanceof Value.Text t) {
            budget.block(Math.min(s.value().length(), t.value().length()));
            equal = s.value().equals(t.value());
        } else {
            equal = same(a, b);
        }
        budget.leave();
        return equal;
    }

    private boolean items(List<Value> a, List<Value> b) {
        boolean equal = a.size() == b.size();
        for (int i = 0; equal && i < a.size(); i++) {
            equal = equal(a.get(i), b.get(i));
        }
        return equal;
    }

    private boolean dicts(Value.Dict a, Value.Dict b) {
        return a.entries().size() == b.entries().size()
                && a.entries().entrySet().stream().allMatch(e -> {
                    Value.Dict.Entry other = b.entries().get(e.getKey());
                    return other != null && equal(e.getValue().value(), other.value());
                });
    }

    /** Negative, zero or positive, as {@code a} is before, at or after {@code b}. */
    int order(String operator, Value a, Value b) {
        if (a instanceof Value.Undefined u) {
            throw u.failure();
        }
        if (b instanceof Value.Undefined u) {
            throw u.failure();
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return numbers(a, b);
        }
        if (a instanceof Value.Text s && b instanceof Value.Text t) {
            budget.block(Math.min(s.value().length(), t.value().length()));
            return Texts.compare(s.value(), t.value());
        }
        if (a instanceof Value.Sequence s && b instanceof Value.Sequence t && s.form() == t.form()) {
            return sequences(operator, s.items(), t.items());
        }
        throw new TemplateException(
                "'" + operator + "' not supported between instances of '" + a.type() + "' and '" + b.type() + "'");
    }

    private int sequences(String operator, List<Value> a, List<Value> b) {
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

    private static int numbers(Value a, Value b) {
        Optional<BigInteger> i = Numbers.integer(a);
        Optional<BigInteger> j = Numbers.integer(b);
        if (i.isPresent() && j.isPresent()) {
            return i.get().compareTo(j.get());
        }
        double x = Numbers.real(a);
        double y = Numbers.real(b);
        return x == y ? 0 : Double.compare(x, y);
    }

    private static boolean isNaN(Value value) {
        return value instanceof Value.Real r && Double.isNaN(r.value());
    }

    private boolean any(Iterator<Value> items, Value item) {
        boolean found = false;
        while (!found && items.hasNext()) {
            found = equal(items.next(), item);
        }
        return found;
    }

    boolean contains(Value container, Value item) {
        return switch (container) {
            case Value.Undefined u -> false;
            case Value.Text t -> {
                if (!(item instanceof Value.Text part)) {
                    throw new TemplateException("'in <string>' requires string as left operand, not " + item.type());
                }
                budget.search(t.value().length(), part.value().length());
                yield t.value().contains(part.value());
            }
            case Value.Sequence s -> s.items().stream().anyMatch(i -> equal(i, item));
            case Value.Generator g -> any(g.rest(), item);
            case Value.Dict d -> d.entries().containsKey(key(item));
            default -> throw new TemplateException("argument of type '" + container.type() + "' is not iterable");
        };
    }
}
