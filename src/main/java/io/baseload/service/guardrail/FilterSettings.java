package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.baseload.service.outbound.Secret;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** A filter of a tenant, as it is set. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FilterSettings.OfPersonalData.class, name = FilterSettings.PERSONAL_DATA),
    @JsonSubTypes.Type(value = FilterSettings.Hook.class, name = FilterSettings.HTTP)
})
public sealed interface FilterSettings {
    String PERSONAL_DATA = "personal_data";
    String HTTP = "http";

    /** What verdicts call it. */
    String name();

    Set<Side> sides();

    /** Names and ids of models that it is for; none = all. */
    Set<String> models();

    /**
     * Finds personal data in this process.
     *
     * @param kinds how each is handled; those that are missing are off
     * @param region the country, such as {@code DE}, in which a phone number without {@code +} is one; {@code ZZ} = none
     */
    record OfPersonalData(
            String name, Set<Side> sides, Set<String> models, Map<PersonalData, Handling> kinds, String region)
            implements FilterSettings {}

    /**
     * Asks another server.
     *
     * @param key sent as a bearer token
     * @param failsOpen whether texts pass where the server has no answer
     * @param window characters of an answer that it is shown at a time, at least; 0 = the whole answer
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
            implements FilterSettings {}
}
