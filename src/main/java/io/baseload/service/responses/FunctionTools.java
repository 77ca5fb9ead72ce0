package io.baseload.service.responses;

import io.baseload.chat.api.ToolSet;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ToolFields;
import io.baseload.service.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The functions of a request. Some are grouped in a namespace: the model sees each as an ordinary function, and a call of it names the namespace. Names need to be unique within a namespace only: if
 * another function has the same name, the model sees {@code namespace__name}.
 *
 * @param functions in the order of the request, with the names that the model sees
 * @param members of namespaces, by these names
 */
record FunctionTools(List<Value> functions, Map<String, Member> members) {
    private static final String NAMESPACE = "namespace";
    private static final String NAME = "name";

    /** A function of a namespace. */
    record Member(String namespace, String name) {}

    private record Given(Value function, Optional<String> namespace) {
        String name() {
            return function.fields().require(NAME).text();
        }
    }

    static FunctionTools read(Fields fields) {
        List<Given> all = ToolFields.listed(fields, ToolFields.MAX_TOOLS).stream()
                .flatMap(FunctionTools::given)
                .toList();
        if (all.size() > ToolFields.MAX_TOOLS) {
            throw Invalid.arrayTooLong(fields.path("tools"), ToolFields.MAX_TOOLS, all.size());
        }
        Map<String, Set<Optional<String>>> places = new HashMap<>();
        all.forEach(one ->
                places.computeIfAbsent(one.name(), name -> new HashSet<>()).add(one.namespace()));
        Set<String> shared = new HashSet<>();
        places.forEach((name, namespaces) -> {
            if (namespaces.size() > 1) {
                shared.add(name);
            }
        });
        var tools = new FunctionTools(new ArrayList<>(), new HashMap<>());
        all.forEach(one -> tools.add(one, shared.contains(one.name())));
        return tools;
    }

    private static Stream<Given> given(Value item) {
        Fields tool = item.fields();
        Value type = tool.require("type");
        return switch (type.text()) {
            case "function" -> Stream.of(new Given(item, Optional.empty()));
            case NAMESPACE -> {
                Optional<String> name = Optional.of(tool.require(NAME).nonEmptyText());
                yield tool.require("tools").items().stream().map(function -> new Given(function, name));
            }
            default ->
                throw Invalid.unsupported(type.path(), "the model can call functions only, not '" + type.text() + "'.");
        };
    }

    private void add(Given given, boolean shared) {
        if (given.namespace().isEmpty()) {
            functions.add(given.function());
            return;
        }
        var member = new Member(given.namespace().get(), given.name());
        String seen = shared ? qualified(member) : member.name();
        functions.add(shared ? renamed(given.function(), seen) : given.function());
        members.put(seen, member);
    }

    /** Keeps only characters allowed in a function's name. A name that is too long loses its beginning, which functions are more likely to share than their ends. */
    private static String qualified(Member member) {
        String name = member.namespace().replaceAll("[^a-zA-Z0-9_-]", "_") + "__" + member.name();
        return name.substring(Math.max(0, name.length() - ToolFields.MAX_NAME));
    }

    private static Value renamed(Value function, String name) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.setAll((ObjectNode) function.node());
        return new Value(copy.put(NAME, name), function.path());
    }

    ToolSet choose(Fields fields) {
        return ToolFields.read(fields, functions, ToolFields.Layout.FLAT, this::seen);
    }

    /** The name that the model sees of a function named by a call, or by a choice of tools. */
    String seen(Fields named) {
        String name = named.require(NAME).nonEmptyText();
        return named.find(NAMESPACE)
                .map(namespace -> new Member(namespace.text(), name))
                .flatMap(this::seen)
                .orElse(name);
    }

    private Optional<String> seen(Member member) {
        return members.entrySet().stream()
                .filter(entry -> entry.getValue().equals(member))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The function's own name and its namespace, for a name that the model sees; empty if it is in none. */
    Optional<Member> member(String seen) {
        return Optional.ofNullable(members.get(seen));
    }

    /** The path of a function's schema, which for chats is {@code tools[i].function.parameters}. */
    String path(int index) {
        return functions.get(index).path() + ".parameters";
    }
}
