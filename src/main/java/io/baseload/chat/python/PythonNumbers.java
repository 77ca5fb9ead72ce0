package io.baseload.chat.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;

/** Python's numbers: integers of any size up to a limit of this class, floats, and booleans that count as integers. */
public final class PythonNumbers {
    private static final int MAX_BITS = 1 << 14;

    private PythonNumbers() {}

    public static boolean isNumber(PythonValue value) {
        return value instanceof PythonValue.Int
                || value instanceof PythonValue.Real
                || value instanceof PythonValue.Bool;
    }

    /** The value of an integer or a boolean. */
    public static Optional<BigInteger> integer(PythonValue value) {
        return switch (value) {
            case PythonValue.Int i -> Optional.of(i.value());
            case PythonValue.Bool b -> Optional.of(b.value() ? BigInteger.ONE : BigInteger.ZERO);
            default -> Optional.empty();
        };
    }

    public static double real(PythonValue value) {
        return value instanceof PythonValue.Real r
                ? r.value()
                : integer(value)
                        .orElseThrow(() -> new TemplateException("must be a number, not " + value.type()))
                        .doubleValue();
    }

    /** A number of elements or characters; values beyond an int become the nearest int. */
    public static int index(PythonValue value) {
        BigInteger number = integer(value)
                .orElseThrow(() ->
                        new TemplateException("'" + value.type() + "' object cannot be interpreted as an integer"));
        return number.min(BigInteger.valueOf(Integer.MAX_VALUE))
                .max(BigInteger.valueOf(-Integer.MAX_VALUE))
                .intValue();
    }

    static PythonValue arithmetic(String operator, PythonValue left, PythonValue right, Budget budget) {
        Optional<BigInteger> a = integer(left);
        Optional<BigInteger> b = integer(right);
        if (a.isEmpty()
                || b.isEmpty()
                || operator.equals("/")
                || operator.equals("**") && b.get().signum() < 0) {
            return new PythonValue.Real(reals(operator, real(left), real(right)));
        }
        return new PythonValue.Int(bounded(integers(operator, a.get(), b.get(), budget)));
    }

    private static BigInteger integers(String operator, BigInteger a, BigInteger b, Budget budget) {
        budget.bits((long) a.bitLength() + b.bitLength());
        return switch (operator) {
            case "+" -> a.add(b);
            case "-" -> a.subtract(b);
            case "*" -> a.multiply(b);
            case "**" -> power(a, b, budget);
            case "//" -> floorDivide(a, nonZero(b));
            case "%" -> a.subtract(floorDivide(a, nonZero(b)).multiply(b));
            default -> throw new IllegalStateException(operator);
        };
    }

    private static BigInteger power(BigInteger a, BigInteger b, Budget budget) {
        if (a.abs().bitLength() <= 1) {
            return b.signum() == 0 ? BigInteger.ONE : b.testBit(0) ? a : a.multiply(a);
        }
        if (b.bitLength() > 31 || (long) a.bitLength() * b.intValue() > MAX_BITS) {
            throw new TemplateException("the power is too large");
        }
        budget.bits((long) a.bitLength() * b.intValue());
        return a.pow(b.intValue());
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        return parts[1].signum() != 0 && parts[1].signum() != b.signum() ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static double reals(String operator, double a, double b) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / nonZero(b);
            case "**" -> power(a, b);
            case "//" -> floorDivide(a, nonZero(b));
            case "%" -> modulo(a, nonZero(b));
            default -> throw new IllegalStateException(operator);
        };
    }

    private static double power(double a, double b) {
        double power = Math.pow(a == 0 && b < 0 ? nonZero(a) : a, b);
        if (Double.isInfinite(power) && Double.isFinite(a) && Double.isFinite(b)) {
            throw new TemplateException("the power is too large");
        }
        return power;
    }

    /** The remainder has the divisor's sign. */
    private static double modulo(double a, double b) {
        double rest = a % b;
        return rest == 0 ? Math.copySign(0.0, b) : rest < 0 == b < 0 ? rest : rest + b;
    }

    private static double floorDivide(double a, double b) {
        double quotient = (a - modulo(a, b)) / b;
        double floor = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0.0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static BigInteger nonZero(BigInteger divisor) {
        nonZero(divisor.signum());
        return divisor;
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw new TemplateException("division by zero");
        }
        return divisor;
    }

    static BigInteger bounded(BigInteger value) {
        if (value.bitLength() > MAX_BITS) {
            throw new TemplateException("the integer is too large");
        }
        return value;
    }

    public static PythonValue absolute(PythonValue value) {
        if (value instanceof PythonValue.Undefined u) {
            throw u.failure();
        }
        return value instanceof PythonValue.Real r
                ? new PythonValue.Real(Math.abs(r.value()))
                : new PythonValue.Int(integer(value)
                        .orElseThrow(() -> new TemplateException("bad operand type for abs(): '" + value.type() + "'"))
                        .abs());
    }

    public static PythonValue negate(PythonValue value) {
        return value instanceof PythonValue.Real r
                ? new PythonValue.Real(-r.value())
                : new PythonValue.Int(integer(value)
                        .orElseThrow(
                                () -> new TemplateException("bad operand type for unary -: '" + value.type() + "'"))
                        .negate());
    }

    /** Rounds half to even on the exact value, as Python does; up and down after multiplying, as Jinja does. */
    public static double round(double value, int digits, String method) {
        if (Double.isNaN(value) || Double.isInfinite(value) || Math.abs(digits) > 400) {
            return value;
        }
        double scale = Math.pow(10, digits);
        return switch (method) {
            case "ceil" -> Math.ceil(value * scale) / scale;
            case "floor" -> Math.floor(value * scale) / scale;
            case "common" ->
                Math.copySign(
                        new BigDecimal(value)
                                .setScale(digits, RoundingMode.HALF_EVEN)
                                .doubleValue(),
                        value);
            default -> throw new TemplateException("method must be common, ceil or floor");
        };
    }

    /** Python's {@code repr} of a float: the shortest digits that read back the same. */
    public static String repr(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String digits = shortest.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        String sign = value < 0 ? "-" : "";
        return sign + (exponent < -4 || exponent >= 16 ? scientific(digits, exponent) : positional(digits, exponent));
    }

    private static String scientific(String digits, int exponent) {
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return digits.charAt(0) + fraction + "e" + power;
    }

    private static String positional(String digits, int exponent) {
        if (exponent < 0) {
            return "0." + "0".repeat(-exponent - 1) + digits;
        }
        String padded = digits + "0".repeat(Math.max(0, exponent + 1 - digits.length()));
        String fraction = padded.substring(exponent + 1);
        return padded.substring(0, exponent + 1) + "." + (fraction.isEmpty() ? "0" : fraction);
    }
}
