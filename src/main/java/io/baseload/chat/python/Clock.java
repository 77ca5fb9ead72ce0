package io.baseload.chat.python;

import java.time.LocalDateTime;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} in the C locale. */
public final class Clock {
    private static final String[] DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    private static final String[] MONTHS = {
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December"
    };

    private final LocalDateTime now;

    public Clock(LocalDateTime now) {
        this.now = now;
    }

    public String format(String format) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            int at = i + 1;
            while (format.charAt(i) == '%' && at < format.length() && "-_0^".indexOf(format.charAt(at)) >= 0) {
                at++;
            }
            if (format.charAt(i) == '%' && at < format.length()) {
                out.append(directive(format.substring(i, at + 1)));
                i = at;
            } else {
                out.append(format.charAt(i));
            }
        }
        return out.toString();
    }

    /** @param directive with its per cent sign and flags */
    private String directive(String directive) {
        char letter = directive.charAt(directive.length() - 1);
        char flag = directive.length() > 2 ? directive.charAt(directive.length() - 2) : ' ';
        String text = text(letter, directive);
        return switch (flag) {
            case '-' -> text.replaceFirst("^[0 ]+(?=\\d)", "");
            case '_' -> text.replaceFirst("^0(?=\\d)", " ");
            case '0' -> text.replaceFirst("^ (?=\\d)", "0");
            case '^' -> text.toUpperCase(Locale.ROOT);
            default -> text;
        };
    }

    private String text(char letter, String unknown) {
        return switch (letter) {
            case 'a' -> day().substring(0, 3);
            case 'A' -> day();
            case 'b', 'h' -> month().substring(0, 3);
            case 'B' -> month();
            case 'c' -> format("%a %b %e %H:%M:%S %Y");
            case 'D', 'x' -> format("%m/%d/%y");
            case 'F' -> format("%Y-%m-%d");
            case 'R' -> format("%H:%M");
            case 'r' -> format("%I:%M:%S %p");
            case 'T', 'X' -> format("%H:%M:%S");
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'P' -> now.getHour() < 12 ? "am" : "pm";
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            case 'z', 'Z' -> "";
            default -> number(letter, unknown);
        };
    }

    private String number(char letter, String unknown) {
        return switch (letter) {
            case 'C' -> digits(now.getYear() / 100, 2, '0');
            case 'd' -> digits(now.getDayOfMonth(), 2, '0');
            case 'e' -> digits(now.getDayOfMonth(), 2, ' ');
            case 'f' -> digits(now.getNano() / 1000, 6, '0');
            case 'G' -> digits(now.get(IsoFields.WEEK_BASED_YEAR), 1, '0');
            case 'g' -> digits(now.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0');
            case 'H' -> digits(now.getHour(), 2, '0');
            case 'I' -> digits(hour(), 2, '0');
            case 'j' -> digits(now.getDayOfYear(), 3, '0');
            case 'k' -> digits(now.getHour(), 2, ' ');
            case 'l' -> digits(hour(), 2, ' ');
            case 'M' -> digits(now.getMinute(), 2, '0');
            case 'm' -> digits(now.getMonthValue(), 2, '0');
            case 'S' -> digits(now.getSecond(), 2, '0');
            case 'U' -> digits(week(now.getDayOfWeek().getValue() % 7), 2, '0');
            case 'u' -> digits(now.getDayOfWeek().getValue(), 1, '0');
            case 'V' -> digits(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0');
            case 'W' -> digits(week(now.getDayOfWeek().getValue() - 1), 2, '0');
            case 'w' -> digits(now.getDayOfWeek().getValue() % 7, 1, '0');
            case 'Y' -> digits(now.getYear(), 1, '0');
            case 'y' -> digits(now.getYear() % 100, 2, '0');
            default -> unknown;
        };
    }

    private String day() {
        return DAYS[now.getDayOfWeek().getValue() - 1];
    }

    private String month() {
        return MONTHS[now.getMonthValue() - 1];
    }

    private int hour() {
        return (now.getHour() + 11) % 12 + 1;
    }

    /** @param day days since the week's first day */
    private int week(int day) {
        return (now.getDayOfYear() + 6 - day) / 7;
    }

    private static String digits(int value, int width, char fill) {
        String text = Integer.toString(value);
        return String.valueOf(fill).repeat(Math.max(0, width - text.length())) + text;
    }
}
