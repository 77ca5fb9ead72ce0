package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import java.util.regex.Pattern;

/** The rule for names of models and aliases. */
final class Names {
    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private Names() {}

    /** @throws InvalidRequestException if {@code name} breaks the rule */
    static String check(String field, String name) {
        if (!RULE.matcher(name).matches()) {
            throw new InvalidRequestException(
                    field,
                    "invalid_value",
                    "'" + field
                            + "' must be 1 to 128 letters, digits, '.', '_' and '-', and start with a letter or"
                            + " digit.");
        }
        return name;
    }
}
