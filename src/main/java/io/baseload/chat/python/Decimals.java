package io.baseload.chat.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** A float's digits, rounded half to even from its exact value, as C prints them. */
public final class Decimals {
    private Decimals() {}

    /** As {@code %f}. */
    public static String fixed(double value, int digits) {
        if (isNoNumber(value)) {
            return PythonNumbers.repr(value);
        }
        return sign(value)
                + new BigDecimal(Math.abs(value))
                        .setScale(digits, RoundingMode.HALF_EVEN)
                        .toPlainString();
    }

    /** As {@code %e}. */
    static String scientific(double value, int digits) {
        if (isNoNumber(value)) {
            return PythonNumbers.repr(value);
        }
        Rounded rounded = round(value, digits + 1);
        return sign(value) + point(rounded.digits, 1) + exponent(rounded.exponent);
    }

    /**
     * As {@code %g}: without an exponent if that is short, without trailing zeros.
     *
     * @param real whether a number without a fraction ends with {@code .0}
     */
    static String general(double value, int digits, boolean real) {
        if (isNoNumber(value)) {
            return PythonNumbers.repr(value);
        }
        int kept = Math.max(1, digits);
        Rounded rounded = round(value, kept);
        String shortest = rounded.digits.replaceFirst("0+$", "");
        int places = rounded.exponent + 1;
        if (rounded.exponent < -4 || places > kept - (real ? 1 : 0)) {
            return sign(value) + point(shortest.isEmpty() ? "0" : shortest, 1) + exponent(rounded.exponent);
        }
        String padded = "0".repeat(Math.max(0, 1 - places)) + shortest;
        int whole = Math.max(1, places);
        String body = point(padded + "0".repeat(Math.max(0, whole - padded.length())), whole);
        return sign(value) + body + (real && body.indexOf('.') < 0 ? ".0" : "");
    }

    private record Rounded(String digits, int exponent) {}

    private static Rounded round(double value, int digits) {
        if (value == 0) {
            return new Rounded("0".repeat(digits), 0);
        }
        BigDecimal exact = new BigDecimal(Math.abs(value));
        BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        String text = rounded.unscaledValue().toString();
        int exponent = text.length() - 1 - rounded.scale();
        return new Rounded(text + "0".repeat(Math.max(0, digits - text.length())), exponent);
    }

    private static String point(String digits, int place) {
        return digits.length() > place ? digits.substring(0, place) + "." + digits.substring(place) : digits;
    }

    private static String exponent(int exponent) {
        return (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static boolean isNoNumber(double value) {
        return Double.isNaN(value) || Double.isInfinite(value);
    }

    private static String sign(double value) {
        return value < 0 || 1 / value < 0 ? "-" : "";
    }
}
