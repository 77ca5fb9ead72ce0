package io.baseload.service.guardrail;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * All texts of one request that a model or a backend may see, always in the same order: those of messages, calls and tools, the template's variables, the answer's format, and the
 * texts that end it.
 */
final class RequestTexts {
    private final UnaryOperator<String> rewriting;
    /** The new ids of calls: different ones stay different, so that each result belongs to its call. */
    private final Map<String, String> ids = new HashMap<>();

    private final Set<String> usedIds = new HashSet<>();
    private final Map<String, Integer> sameIds = new HashMap<>();

    RequestTexts(UnaryOperator<String> rewriting) {
        this.rewriting = rewriting;
    }

    /**
     * The request with each text replaced.
     *
     * @throws InvalidRequestException if it has token ids instead, JSON whose texts can't be found, or a replaced text that must stay as it is
     */
    CompletionRequest rewrite(CompletionRequest request) {
        Input input = switch (request.input()) {
            case Input.Chat chat ->
                new Input.Chat(chat.messages().stream().map(this::message).toList(), variables(chat.variables()));
            case Input.Texts texts ->
                new Input.Texts(
                        texts.prompts().stream().map(rewriting).toList(), texts.parseSpecial(), texts.addSpecial());
            case Input.Tokens tokens -> throw tokens("prompt");
        };
        var rewritten =
                request.withInput(input).withTools(tools(request.tools())).withFormat(format(request.format()));
        request.stop().forEach(text -> keep(text, "stop"));
        return rewritten;
    }

    /** Refuses a field with token ids. */
    static InvalidRequestException tokens(String field) {
        return new InvalidRequestException(
                field,
                "unsupported_value",
                "Invalid '" + field + "': this tenant's requests are filtered, so send text and not tokens.");
    }

    private Message message(Message message) {
        return switch (message) {
            case Message.Instructions it ->
                new Message.Instructions(
                        rewriting.apply(it.content()), it.name().map(rewriting));
            case Message.User it ->
                new Message.User(rewriting.apply(it.content()), it.name().map(rewriting));
            case Message.Assistant it ->
                new Message.Assistant(
                        it.content().map(rewriting),
                        it.reasoning().map(rewriting),
                        it.calls().stream().map(this::call).toList(),
                        it.name().map(rewriting));
            case Message.Tool it ->
                new Message.Tool(
                        id(it.callId()),
                        json(it.content(), "messages"),
                        it.name().map(rewriting));
        };
    }

    private ToolCall call(ToolCall call) {
        return new ToolCall(id(call.id()), rewriting.apply(call.name()), json(call.arguments(), "messages"));
    }

    private String id(String id) {
        String text = rewriting.apply(id);
        return ids.computeIfAbsent(id, before -> {
            String free = JsonTexts.unused(text, usedIds::contains, sameIds);
            usedIds.add(free);
            return free;
        });
    }

    private ToolSet tools(ToolSet tools) {
        return new ToolSet(tools.tools().stream().map(this::tool).toList(), tools.choice(), tools.parallel());
    }

    private ToolSpec tool(ToolSpec tool) {
        return new ToolSpec(
                tool.name(), rewriting.apply(tool.description()), json(tool.parameters(), "tools"), tool.strict());
    }

    private OutputFormat format(OutputFormat format) {
        return switch (format) {
            case OutputFormat.JsonSchema it ->
                new OutputFormat.JsonSchema(it.field(), json(it.schema(), it.field()), it.strict(), it.open());
            case OutputFormat.Regex it -> {
                keep(it.expression(), it.field());
                yield it;
            }
            case OutputFormat.Choice it -> {
                it.texts().forEach(text -> keep(text, it.field()));
                yield it;
            }
            case OutputFormat.Grammar it -> {
                keep(it.gbnf(), it.field());
                yield it;
            }
            case OutputFormat.Text it -> it;
            case OutputFormat.JsonObject it -> it;
        };
    }

    /** A placeholder in an expression, or in a text that is compared with the answer, would change its meaning. */
    private void keep(String text, String field) {
        if (!rewriting.apply(text).equals(text)) {
            throw new InvalidRequestException(
                    field,
                    "invalid_value",
                    "Invalid '" + field
                            + "': a filter of this tenant would replace part of it, which is not possible here.");
        }
    }

    private String json(String text, String field) {
        return JsonTexts.rewrite(text, field, rewriting);
    }

    private Map<String, Object> variables(Map<String, Object> variables) {
        var rewritten = new LinkedHashMap<String, Object>();
        members(variables).forEach((name, value) -> rewritten.put(name, Objects.requireNonNull(value)));
        return rewritten;
    }

    private @Nullable Object variable(@Nullable Object value) {
        return switch (value) {
            case String text -> rewriting.apply(text);
            case List<?> list -> {
                List<@Nullable Object> rewritten = new ArrayList<>();
                for (Object item : list) {
                    rewritten.add(variable(item));
                }
                yield rewritten;
            }
            case Map<?, ?> map -> members(map);
            case null, default -> value;
        };
    }

    private Map<String, @Nullable Object> members(Map<?, ?> map) {
        Map<String, @Nullable Object> rewritten = new LinkedHashMap<>();
        var same = new HashMap<String, Integer>();
        for (Map.Entry<?, ?> member : map.entrySet()) {
            String name = rewriting.apply(String.valueOf(member.getKey()));
            rewritten.put(JsonTexts.unused(name, rewritten::containsKey, same), variable(member.getValue()));
        }
        return rewritten;
    }
}
