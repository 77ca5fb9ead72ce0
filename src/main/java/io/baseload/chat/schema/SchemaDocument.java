package io.baseload.chat.schema;

import io.baseload.chat.grammar.Effort;
import io.baseload.chat.grammar.GrammarException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A schema and the targets of its references. */
final class SchemaDocument {
    private static final int MAX_DEPTH = 200;
    private static final int NEWEST = 2020;
    private static final Map<String, Integer> DRAFTS =
            Map.of("draft-03", 3, "draft-04", 4, "draft-05", 4, "draft-06", 6, "draft-07", 7, "2019-09", 2019);
    private static final int MAX_CHARACTERS = 1_000_000;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode root;
    private final boolean open;
    private final Effort effort;
    private final Map<String, Subschema> anchors;
    private final Set<String> unenforcedFormats;
    private final NamePatterns namePatterns;

    private SchemaDocument(JsonNode root, boolean open) {
        this.root = root;
        this.open = open;
        this.effort = Effort.ofOneSchema();
        this.anchors = new HashMap<>();
        this.unenforcedFormats = new HashSet<>();
        this.namePatterns = new NamePatterns(effort);
        new References(this, root).find().forEach(anchors::put);
    }

    private SchemaDocument(SchemaDocument same, boolean open) {
        this.root = same.root;
        this.open = open;
        this.effort = same.effort;
        this.anchors = same.anchors;
        this.unenforcedFormats = same.unenforcedFormats;
        this.namePatterns = same.namePatterns;
    }

    /** A schema whose objects have the declared members. Errors as {@link #parse(String, boolean)}. */
    static SchemaDocument parse(String schema) {
        return parse(schema, false);
    }

    /**
     * @param open whether objects may have members that the schema neither declares nor forbids
     * @throws GrammarException if it is not JSON, too large or too deep
     */
    static SchemaDocument parse(String schema, boolean open) {
        if (schema.length() > MAX_CHARACTERS) {
            throw new GrammarException("#", "the schema has more than " + MAX_CHARACTERS + " characters");
        }
        try {
            return new SchemaDocument(MAPPER.readTree(schema), open);
        } catch (JacksonException broken) {
            throw new GrammarException("#", "the schema can't be read: " + broken.getOriginalMessage());
        }
    }

    Subschema root() {
        return Subschema.of(root, "#", effort);
    }

    /** A schema outside of the document that all objects satisfy. */
    Subschema anyObject() {
        return Subschema.of(MAPPER.createObjectNode().put("type", "object"), "object", effort);
    }

    private static String fragment(Subschema from, String target) {
        try {
            return URLDecoder.decode(target.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            throw from.wrong("$ref", "a correctly escaped reference, not " + target);
        }
    }

    /** The draft named by the schema, the newest if none is: 4, 6, 7, 2019 or 2020. */
    int draft() {
        String named = root.path("$schema").asString("");
        return DRAFTS.entrySet().stream()
                .filter(draft -> named.contains(draft.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(NEWEST);
    }

    boolean open() {
        return open;
    }

    /** The same with objects that may have any members that aren't forbidden. */
    SchemaDocument opened() {
        return new SchemaDocument(this, true);
    }

    Effort effort() {
        return effort;
    }

    NamePatterns namePatterns() {
        return namePatterns;
    }

    /** Notes the format of a schema if it is unknown: then it is an annotation, and not enforced (validation 7.2.3). */
    void noteFormat(Subschema schema) {
        schema.find("format")
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .filter(format ->
                        !Formats.known(format) && Formats.range(format).isEmpty())
                .ifPresent(unenforcedFormats::add);
    }

    /** The unknown formats of the schemas that were read so far. */
    Set<String> unenforcedFormats() {
        return unenforcedFormats;
    }

    /** The target of a {@code $ref}. */
    Subschema resolve(Subschema from, JsonNode reference) {
        String target = reference.isString() ? reference.stringValue() : "";
        if (!target.startsWith("#")) {
            throw from.unsupported(
                    "$ref",
                    " unless it leads to a place in the same document: #, #/…, #anchor or a schema with such an $id");
        }
        String fragment = fragment(from, target);
        if (!fragment.isEmpty() && !fragment.startsWith("/")) {
            Subschema anchored = anchors.get(fragment);
            if (anchored == null) {
                throw from.wrong("$ref", "an anchor of the document, not " + target);
            }
            return anchored;
        }
        JsonNode found = root;
        String pointer = "#";
        for (String step :
                fragment.isEmpty() ? new String[0] : fragment.substring(1).split("/", -1)) {
            String name = step.replace("~1", "/").replace("~0", "~");
            found = found.isArray() && name.matches("[0-9]{1,6}")
                    ? found.path(Integer.parseInt(name))
                    : found.path(name);
            pointer += "/" + step;
        }
        if (found.isMissingNode()) {
            throw from.wrong("$ref", "a place in the document, not " + target);
        }
        return Subschema.of(found, pointer, effort);
    }
}
