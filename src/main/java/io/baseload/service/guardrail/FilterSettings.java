package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** The settings of a tenant's filter. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FilterSettings.OfPersonalData.class, name = FilterSettings.PERSONAL_DATA),
    @JsonSubTypes.Type(value = FilterSettings.Hook.class, name = FilterSettings.HTTP)
})
public sealed interface FilterSettings {
    String PERSONAL_DATA = "personal_data";
    String HTTP = "http";

    /** Its name in verdicts. */
    String name();

    Set<Side> sides();

    /** Names and ids of models to which it applies; none = all. */
    Set<String> models();

    /**
     * Finds personal data in this process.
     *
     * @param kinds the handling of each kind; missing ones are off
     * @param region the country, such as {@code DE}, of phone numbers without {@code +}; {@code ZZ} = none
     */
    record OfPersonalData(
            String name, Set<Side> sides, Set<String> models, Map<PersonalData, Handling> kinds, String region)
            implements FilterSettings {}

    /**
     * Calls another server.
     *
     * @param key sent as a bearer token
     * @param failsOpen whether texts pass if the server gives no answer
     * @param window minimum characters of an answer sent to it at a time; 0 = the whole answer
     */
    record Hook(
            String name,
            Set<Side> sides,
            Set<String> models,
            URI url,
            Secret key,
            int timeoutMillis,
            boolean failsOpen,
            int window)
            implements FilterSettings {
        /** For people: a query, which new filters can't have, may contain a key. */
        public URI urlWithoutQuery() {
            return url.getRawQuery() == null
                    ? url
                    : URI.create(url.toString().substring(0, url.toString().indexOf('?')));
        }

        Hook withUrl(URI other) {
            return new Hook(name, sides, models, other, key, timeoutMillis, failsOpen, window);
        }
    }
}
