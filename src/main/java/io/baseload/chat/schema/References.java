package io.baseload.chat.schema;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The targets of a document's references. References to a schema by its {@code $id} (core 8.2.1), or to a place in it, are replaced by the place in the document, so that they keep their
 * meaning wherever a schema is copied.
 */
final class References {
    private static final int LAST_DRAFT_WITH_ID = 4;
    private static final int LAST_DRAFT_WITH_ANCHORS_AS_ID = 7;

    private final SchemaDocument document;
    private final JsonNode root;
    private final Map<String, Subschema> anchors = new HashMap<>();
    private final Map<String, String> places = new HashMap<>();
    private final List<Location> referring = new ArrayList<>();

    References(SchemaDocument document, JsonNode root) {
        this.document = document;
        this.root = root;
    }

    /** The schemas with an anchor, by its name. */
    Map<String, Subschema> find() {
        Deque<Location> due = new ArrayDeque<>(List.of(new Location("#", root, true, URI.create(""), "#")));
        while (!due.isEmpty()) {
            Location next = due.poll();
            Location named = next.schema ? named(next) : next;
            if (next.schema && text(next.node, "$ref").isPresent()) {
                referring.add(named);
            }
            document.effort().spend((long) named.node.size() * (1 + named.pointer.length() / 100));
            named.addChildren(due);
        }
        referring.forEach(this::replace);
        return anchors;
    }

    /** Records the names of a schema; returns it with the base of its own references and of its children. */
    private Location named(Location location) {
        text(location.node, "$anchor").ifPresent(name -> anchor(name, location));
        Optional<String> id = text(location.node, document.draft() <= LAST_DRAFT_WITH_ID ? "id" : "$id");
        if (id.isPresent() && id.get().startsWith("#")) {
            if (document.draft() <= LAST_DRAFT_WITH_ANCHORS_AS_ID) {
                anchor(id.get().substring(1), location);
            }
            return location;
        }
        Optional<URI> own = id.flatMap(name -> resolved(location.base, name));
        own.ifPresent(uri -> places.putIfAbsent(withoutFragment(uri), location.pointer));
        return own.map(uri -> new Location(location.pointer, location.node, true, uri, location.pointer))
                .orElse(location);
    }

    private void anchor(String name, Location location) {
        anchors.putIfAbsent(name, Subschema.of(location.node, location.pointer, document.effort()));
    }

    private static Optional<String> text(JsonNode schema, String keyword) {
        return Optional.ofNullable(schema.get(keyword))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue);
    }

    private static Optional<URI> resolved(URI base, String reference) {
        try {
            return Optional.of(base.resolve(reference));
        } catch (IllegalArgumentException broken) {
            return Optional.empty();
        }
    }

    private static String withoutFragment(URI uri) {
        return uri.toString().replaceFirst("#.*", "");
    }

    private void replace(Location location) {
        String reference = location.node.path("$ref").asString("");
        if (reference.startsWith("#")) {
            boolean within = reference.startsWith("#/")
                    && !location.resource.equals("#")
                    && !root.at(location.resource.substring(1) + reference.substring(1))
                            .isMissingNode();
            if (within) {
                put(location, location.resource, reference.substring(1));
            }
            return;
        }
        resolved(location.base, reference).ifPresent(uri -> {
            String resource = places.get(withoutFragment(uri));
            String fragment = uri.getRawFragment() == null ? "" : uri.getRawFragment();
            if (resource != null && (fragment.isEmpty() || fragment.startsWith("/"))) {
                put(location, resource, fragment);
            } else if (resource != null) {
                put(location, "#", fragment);
            }
        });
    }

    private static void put(Location location, String resource, String fragment) {
        ((ObjectNode) location.node).put("$ref", resource.replace("%", "%25") + fragment);
    }

    /**
     * A place where a schema may be.
     *
     * @param schema whether it is a schema or a list of schemas, rather than a map of names to schemas
     * @param base the base of relative references in it
     * @param resource the place of the schema with this base
     */
    private record Location(String pointer, JsonNode node, boolean schema, URI base, String resource) {
        private static final Set<String> MAPS =
                Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");
        private static final Set<String> VALUES = Set.of("const", "enum", "default", "examples");

        void addChildren(Deque<Location> due) {
            for (int i = 0; i < (node.isArray() ? node.size() : 0); i++) {
                due.add(new Location(pointer + "/" + i, node.get(i), true, base, resource));
            }
            if (node.isObject()) {
                node.properties().forEach(entry -> addChild(entry.getKey(), entry.getValue(), due));
            }
        }

        private void addChild(String name, JsonNode value, Deque<Location> due) {
            if (!schema || !VALUES.contains(name)) {
                String child = pointer + "/" + Subschema.escape(name);
                due.add(new Location(child, value, !schema || !MAPS.contains(name), base, resource));
            }
        }
    }
}
