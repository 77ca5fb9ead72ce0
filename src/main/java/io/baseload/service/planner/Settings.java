package io.baseload.service.planner;

import io.baseload.chat.api.InvalidRequestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Numbers and words by name, such as {@code sockets=4,channels=8}.
 *
 * @param field their name in the request, for refusals
 */
public record Settings(String field, Map<String, String> values) {
    /** @throws InvalidRequestException if it isn't a list of {@code name=value} */
    public static Settings parse(String field, String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String setting : List.of(text.split(","))) {
            int equals = setting.indexOf('=');
            if (equals < 1
                    || values.put(
                                    setting.substring(0, equals).strip(),
                                    setting.substring(equals + 1).strip())
                            != null) {
                throw PlanRequest.refuse(field, "must be a list of name=value, each name once, not " + text);
            }
        }
        return new Settings(field, values);
    }

    void allow(Set<String> names) {
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw refuse(name, "is unknown; there are " + String.join(", ", new TreeSet<>(names)));
            }
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    int integer(String name, int least, int most) {
        double value = number(name, least, most);
        if (value != Math.rint(value)) {
            throw refuse(name, "must be an integer, not " + value);
        }
        return (int) value;
    }

    int integer(String name, int least, int most, int otherwise) {
        return values.containsKey(name) ? integer(name, least, most) : otherwise;
    }

    double number(String name, double least, double most, double otherwise) {
        return values.containsKey(name) ? number(name, least, most) : otherwise;
    }

    double number(String name, double least, double most) {
        String text = text(name).orElseThrow(() -> refuse(name, "is missing"));
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refuse(name, "must be a number, not " + text);
        }
        throw refuse(name, "must be from " + plain(least) + " to " + plain(most) + ", not " + text);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    InvalidRequestException refuse(String name, String problem) {
        return PlanRequest.refuse(field + "." + name, problem);
    }
}
