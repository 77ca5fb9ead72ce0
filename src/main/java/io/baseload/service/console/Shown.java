package io.baseload.service.console;

import io.baseload.service.planner.PlanText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The formatting of figures and times in pages; templates call it {@code @shown}. */
@Component("shown")
final class Shown {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Such as 118 MB. */
    public String bytes(@Nullable Number bytes) {
        if (bytes == null) {
            return "–";
        }
        double value = bytes.doubleValue();
        int unit = 0;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return (unit == 0 ? Long.toString(bytes.longValue()) : rounded(value)) + " " + UNITS[unit];
    }

    /** Such as 12,345. */
    public String count(@Nullable Number count) {
        return count == null ? "–" : String.format(Locale.ROOT, "%,d", count.longValue());
    }

    /** A count or an amount of money, such as 12,345 or 0.35. */
    public String amount(double amount) {
        return new DecimalFormat("#,##0.######", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(amount);
    }

    /** An amount of money such as 0.00351 or 1,234.568. */
    public String cost(double amount) {
        return amount < 1 ? digits(amount) : String.format(Locale.ROOT, "%,.3f", amount);
    }

    /** With four significant digits, however small it is. */
    public String digits(double number) {
        return PlanText.digits(number);
    }

    /** With two or three significant digits. */
    public String rounded(@Nullable Number number) {
        if (number == null) {
            return "–";
        }
        double value = number.doubleValue();
        int digits = value == 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).toPlainString();
    }

    /** @param part as a fraction of 1 */
    public String percent(@Nullable Number part) {
        return part == null ? "–" : Math.round(100 * part.doubleValue()) + " %";
    }

    /** JSON with line breaks. */
    public String json(@Nullable Object value) {
        return JSON.writeValueAsString(value);
    }

    /** RFC 3339 in a readable form; UTC, as everywhere in the service. */
    public String time(@Nullable String instant) {
        return instant == null ? "–" : TIME.format(Instant.parse(instant));
    }
}
