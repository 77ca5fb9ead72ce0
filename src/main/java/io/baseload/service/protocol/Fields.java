package io.baseload.service.protocol;

import io.baseload.service.web.Json;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** An object of a request, read field by field. A field that is {@code null} is absent; fields that nobody reads are ignored. */
public final class Fields {
    private final JsonNode object;
    private final String path;

    Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** The object in a body. */
    public static Fields of(byte[] body) {
        JsonNode root = Json.parse(body);
        if (!root.isObject()) {
            throw Invalid.type("body", "an object", root);
        }
        return new Fields(root, "");
    }

    public Optional<Value> find(String name) {
        return Optional.ofNullable(object.get(name))
                .filter(node -> !node.isNull())
                .map(node -> new Value(node, path(name)));
    }

    public Value require(String name) {
        return find(name).orElseThrow(() -> Invalid.missing(path(name)));
    }

    public boolean flag(String name, boolean fallback) {
        return find(name).map(Value::flag).orElse(fallback);
    }

    public int integer(String name, int min, int max, int fallback) {
        return find(name).map(value -> value.integer(min, max)).orElse(fallback);
    }

    public float decimal(String name, double min, double max, double fallback) {
        return find(name).map(value -> value.decimal(min, max)).orElse((float) fallback);
    }

    public List<String> names() {
        return List.copyOf(object.propertyNames());
    }

    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
