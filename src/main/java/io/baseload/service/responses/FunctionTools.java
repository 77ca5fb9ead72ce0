package io.baseload.service.responses;

import io.baseload.chat.api.ToolSet;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ToolFields;
import io.baseload.service.protocol.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The functions of a request. Some are grouped in a namespace: the model sees each as an ordinary function, and a call of it names the namespace.
 *
 * @param functions in the order of the request
 * @param namespaces by the names of functions that are in one
 */
record FunctionTools(List<Value> functions, Map<String, String> namespaces) {
    private static final String NAMESPACE = "namespace";

    static FunctionTools read(Fields fields) {
        var tools = new FunctionTools(new ArrayList<>(), new HashMap<>());
        ToolFields.listed(fields).forEach(tools::add);
        if (tools.functions.size() > ToolFields.MAX_TOOLS) {
            throw Invalid.arrayTooLong(fields.path("tools"), ToolFields.MAX_TOOLS, tools.functions.size());
        }
        return tools;
    }

    private void add(Value item) {
        Fields tool = item.fields();
        Value type = tool.require("type");
        switch (type.text()) {
            case "function" -> functions.add(item);
            case NAMESPACE -> addAll(tool);
            default ->
                throw Invalid.unsupported(
                        type.path(), "the model can call functions; this service has no '" + type.text() + "'.");
        }
    }

    private void addAll(Fields namespace) {
        String name = namespace.require("name").nonEmptyText();
        for (Value function : namespace.require("tools").items()) {
            functions.add(function);
            namespaces.put(function.fields().require("name").text(), name);
        }
    }

    ToolSet choose(Fields fields) {
        return ToolFields.read(fields, functions, ToolFields.Layout.FLAT);
    }

    /** The path of a function's schema, which for chats is {@code tools[i].function.parameters}. */
    String path(int index) {
        return functions.get(index).path() + ".parameters";
    }
}
