package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import java.util.List;
import java.util.Map;

/**
 * Calls after a mark, with named arguments one by one: dialects of XML, Python.
 *
 * @param syntax has parameters
 * @param opens texts that begin a call, or all calls: each is a part of the text before a name in the syntax
 * @param marks texts that are special tokens in some vocabularies
 */
record NamedFormat(String name, CallSyntax syntax, List<String> opens, List<String> marks) implements ToolFormat {

    ParameterSyntax parameters() {
        return syntax.parameters().orElseThrow();
    }

    @Override
    public CallReader reader(Marks marks, Map<String, ToolSpec> offered, Pieces out) {
        return new NamedReader(this, marks, offered, out);
    }
}
