package io.baseload.chat.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Filters that make numbers. */
final class NumberFilters {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+(?:_\\d+)*");
    private static final Pattern REAL =
            Pattern.compile("[+-]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:[eE][+-]?\\d{1,4})?");
    private static final int LONGEST = 4000;

    private NumberFilters() {}

    static Value integer(Value value, Arguments arguments) {
        Value absent = arguments.find(0, "default").orElse(Value.Int.of(0));
        int base = arguments.integer(1, "base", 10);
        return switch (value) {
            case Value.Text t ->
                parse(t.value().strip(), base).<Value>map(Value.Int::new).orElse(absent);
            case Value.Real r
            when !Double.isNaN(r.value()) && !Double.isInfinite(r.value()) ->
                new Value.Int(new BigDecimal(r.value()).toBigInteger());
            default -> Numbers.integer(value).<Value>map(Value.Int::new).orElse(absent);
        };
    }

    private static Optional<BigInteger> parse(String text, int base) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        if (base != 10) {
            return parseInBase(text.toLowerCase(Locale.ROOT).replace("_", ""), base);
        }
        if (INTEGER.matcher(text).matches()) {
            return Optional.of(new BigInteger(text.replace("_", "")));
        }
        boolean real = REAL.matcher(text).matches();
        double number = real ? Double.parseDouble(text.replace("_", "")) : 0;
        return real && !Double.isInfinite(number)
                ? Optional.of(new BigDecimal(number).toBigInteger())
                : Optional.empty();
    }

    private static Optional<BigInteger> parseInBase(String text, int base) {
        String digits = text.replaceFirst("^([+-]?)0[xob]", "$1");
        try {
            return Optional.of(new BigInteger(digits, base));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static Value real(Value value, Arguments arguments) {
        Value absent = arguments.find(0, "default").orElse(new Value.Real(0));
        if (value instanceof Value.Text t) {
            boolean number = t.value().length() < LONGEST
                    && REAL.matcher(t.value().strip()).matches();
            return number ? new Value.Real(Double.parseDouble(t.value().strip().replace("_", ""))) : absent;
        }
        return Numbers.isNumber(value) ? new Value.Real(Numbers.real(value)) : absent;
    }

    static Value round(Value value, Arguments arguments) {
        int digits = arguments.integer(0, "precision", 0);
        String method = arguments.text(1, "method", "common");
        if (value instanceof Value.Int i && method.equals("common")) {
            return digits >= 0 ? i : new Value.Int(roundTo(i.value(), digits));
        }
        return new Value.Real(Numbers.round(Numbers.real(value), digits, method));
    }

    private static BigInteger roundTo(BigInteger value, int digits) {
        return digits < -LONGEST
                ? BigInteger.ZERO
                : new BigDecimal(value)
                        .setScale(digits, java.math.RoundingMode.HALF_EVEN)
                        .toBigInteger();
    }

    static String fileSize(Value value, boolean binary) {
        double bytes = Numbers.real(value);
        double base = binary ? 1024 : 1000;
        if (bytes < base) {
            return bytes == 1 ? "1 Byte" : (long) bytes + " Bytes";
        }
        String prefixes = "kMGTPEZY";
        int power = 0;
        while (power < prefixes.length() - 1 && bytes >= base * base) {
            bytes /= base;
            power++;
        }
        String prefix = binary ? Character.toUpperCase(prefixes.charAt(power)) + "i" : "" + prefixes.charAt(power);
        return PercentFormat.fixed(bytes / base, 1) + " " + prefix + "B";
    }
}
