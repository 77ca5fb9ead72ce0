package io.baseload.chat.template;

import io.baseload.chat.python.Arguments;
import io.baseload.chat.python.Budget;
import io.baseload.chat.python.Decimals;
import io.baseload.chat.python.PythonNumbers;
import io.baseload.chat.python.PythonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Filters that return numbers. */
final class NumberFilters {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d++(?:_\\d++)*+");
    private static final Pattern REAL = Pattern.compile(
            "[+-]?(?:\\d++(?:_\\d++)*+\\.?(?:\\d++(?:_\\d++)*+)?|\\.\\d++(?:_\\d++)*+)(?:[eE][+-]?\\d{1,4})?");
    private static final int MAX_LENGTH = 4000;

    private NumberFilters() {}

    /** Spends the cost of reading a number from a text. */
    static void spend(PythonValue value, Budget budget) {
        if (value instanceof PythonValue.Text text) {
            budget.characters(8L * Math.min(MAX_LENGTH, text.value().length()));
        }
    }

    static PythonValue integer(PythonValue value, Arguments arguments) {
        if (value instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        PythonValue absent = arguments.find(0, "default").orElse(PythonValue.Int.of(0));
        int base = arguments.integer(1, "base", 10);
        return switch (value) {
            case PythonValue.Text t ->
                parse(t.value().strip(), base)
                        .<PythonValue>map(PythonValue.Int::new)
                        .orElse(absent);
            case PythonValue.Real r
            when !Double.isNaN(r.value()) && !Double.isInfinite(r.value()) ->
                new PythonValue.Int(new BigDecimal(r.value()).toBigInteger());
            default ->
                PythonNumbers.integer(value)
                        .<PythonValue>map(PythonValue.Int::new)
                        .orElse(absent);
        };
    }

    private static Optional<BigInteger> parse(String text, int base) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        Optional<BigInteger> based = base == 10
                ? Optional.empty()
                : parseInBase(text.toLowerCase(Locale.ROOT).replace("_", ""), base);
        if (based.isPresent()) {
            return based;
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

    static PythonValue real(PythonValue value, Arguments arguments) {
        if (value instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        PythonValue absent = arguments.find(0, "default").orElse(new PythonValue.Real(0));
        if (value instanceof PythonValue.Text t) {
            return t.value().length() > MAX_LENGTH
                    ? absent
                    : parseReal(t.value().strip())
                            .<PythonValue>map(PythonValue.Real::new)
                            .orElse(absent);
        }
        return PythonNumbers.isNumber(value) ? new PythonValue.Real(PythonNumbers.real(value)) : absent;
    }

    private static Optional<Double> parseReal(String text) {
        if (REAL.matcher(text).matches()) {
            return Optional.of(Double.parseDouble(text.replace("_", "")));
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> Optional.of(Double.NaN);
            case "inf", "+inf", "infinity", "+infinity" -> Optional.of(Double.POSITIVE_INFINITY);
            case "-inf", "-infinity" -> Optional.of(Double.NEGATIVE_INFINITY);
            default -> Optional.empty();
        };
    }

    static PythonValue round(PythonValue value, Arguments arguments) {
        int digits = arguments.integer(0, "precision", 0);
        String method = arguments.text(1, "method", "common");
        Optional<BigInteger> whole = PythonNumbers.integer(value);
        if (whole.isPresent() && method.equals("common")) {
            return new PythonValue.Int(digits >= 0 ? whole.get() : roundTo(whole.get(), digits));
        }
        return new PythonValue.Real(PythonNumbers.round(PythonNumbers.real(value), digits, method));
    }

    private static BigInteger roundTo(BigInteger value, int digits) {
        return -digits > value.bitLength() / 3 + 1
                ? BigInteger.ZERO
                : new BigDecimal(value)
                        .setScale(digits, java.math.RoundingMode.HALF_EVEN)
                        .toBigInteger();
    }

    static String fileSize(PythonValue value, boolean binary) {
        double bytes = PythonNumbers.real(value instanceof PythonValue.Text ? real(value, Arguments.of(value)) : value);
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
        return Decimals.fixed(bytes / base, 1) + " " + prefix + "B";
    }
}
