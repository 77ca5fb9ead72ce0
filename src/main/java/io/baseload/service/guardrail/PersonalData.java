package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** A kind of personal data. If two are found at the same place, the one declared first counts. */
public enum PersonalData {
    IBAN,
    CREDIT_CARD,
    EMAIL,
    PHONE;

    /** The name in JSON. */
    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its placeholder. */
    String placeholder() {
        return "[" + name() + "]";
    }
}
