package io.baseload.service.batch;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/** The names in a line of a file, a request or a result: of the line, and of its end user. Of a line that is not JSON, as many as can be read. */
final class LineNames {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> USERS = Set.of("user", "safety_identifier");

    private final Set<String> users = new HashSet<>();
    private @Nullable String id;

    private LineNames() {}

    static LineNames of(byte[] line) {
        var names = new LineNames();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                names.read(json, true);
            }
        } catch (JacksonException e) {
            return names; // or only the beginning of a line
        }
        return names;
    }

    private void read(JsonParser json, boolean outer) {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_STRING && USERS.contains(name)) {
                users.add(json.getString());
            } else if (value == JsonToken.VALUE_STRING && outer && name.equals("id")) {
                id = json.getString();
            } else if (value == JsonToken.START_OBJECT && outer && name.equals("body")) {
                read(json, false);
            } else {
                json.skipChildren();
            }
        }
    }

    /** The id of a result's line; null in a request. */
    @Nullable
    String id() {
        return id;
    }

    boolean has(String user) {
        return users.contains(user);
    }
}
