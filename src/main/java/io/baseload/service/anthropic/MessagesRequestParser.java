package io.baseload.service.anthropic;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.InvalidRequestException.Excess;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.service.inference.EndUser;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.FormatFields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ParsedRequest;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.SealedReasoning;
import io.baseload.service.protocol.TemplateFields;
import io.baseload.service.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Reads the bodies of {@code POST /v1/messages} and {@code POST /v1/messages/count_tokens}. */
final class MessagesRequestParser {
    private static final int MAX_STOPS = 16;
    private static final Pattern FUNCTION = Pattern.compile("tools\\[(\\d+)]\\.function\\.parameters");
    private static final List<String> THINKING = List.of("enabled", "adaptive", "between_tools", "disabled");
    private static final List<String> DISPLAYS = List.of("summarized", "omitted");

    private MessagesRequestParser() {}

    /** @param reasoning opens that of earlier answers, and seals that of this one if its text is to be omitted */
    static ParsedRequest parse(Fields fields, String requestId, String tenant, SealedReasoning reasoning) {
        var maxTokens = OptionalInt.of(fields.require("max_tokens").integer(1, Integer.MAX_VALUE));
        Optional<UnaryOperator<String>> sealing = thinking(fields)
                .flatMap(asked -> asked.find("display"))
                .filter(display -> display.oneOf(DISPLAYS).equals("omitted"))
                .map(display -> thought -> reasoning.seal(tenant, thought));
        return new ParsedRequest(
                request(fields, maxTokens, text -> reasoning.open(tenant, text)),
                fields.flag("stream", false),
                admitted -> new MessageForm(admitted.model(), admitted.promptTokens(), requestId, sealing),
                MessagesRequestParser::refusal);
    }

    /** The request for a count, which sets no maximum for an answer. */
    static InferenceRequest question(Fields fields, String tenant, SealedReasoning reasoning) {
        return request(fields, OptionalInt.empty(), text -> reasoning.open(tenant, text));
    }

    private static InferenceRequest request(
            Fields fields, OptionalInt maxTokens, Function<String, Optional<String>> opening) {
        String model = RequestFields.model(fields);
        List<Message> messages = new ArrayList<>();
        fields.find("system").map(MessageBlocks::system).ifPresent(text -> messages.add(Message.system(text)));
        var conversation = MessageBlocks.read(fields.require("messages"), opening);
        messages.addAll(conversation.messages());
        checkUnsupported(fields);
        var completion = new CompletionRequest(
                new Input.Chat(messages, variables(fields)),
                ToolBlocks.read(fields, conversation.foundTools()),
                1,
                1,
                maxTokens,
                sampling(fields),
                stops(fields),
                -1,
                format(fields),
                false);
        return new InferenceRequest(model, completion, Urgency.INTERACTIVE, "", endUser(fields), Optional.empty());
    }

    /** Clients recognize by Anthropic's words that a request is too long: Claude Code then asks for fewer tokens, or shortens the conversation. */
    static InvalidRequestException refusal(InvalidRequestException refusal) {
        String field = name(refusal.field());
        String message = refusal.excess()
                .map(MessagesRequestParser::tooLong)
                .orElseGet(() ->
                        String.valueOf(refusal.getMessage()).replace("'" + refusal.field() + "'", "'" + field + "'"));
        return new InvalidRequestException(field, refusal.code(), message);
    }

    private static String tooLong(Excess excess) {
        return excess.prompt() > excess.context()
                ? "prompt is too long: " + excess.prompt() + " tokens > " + excess.context() + " maximum"
                : "input length and `max_tokens` exceed context limit: " + excess.prompt() + " + " + excess.completion()
                        + " > " + excess.context() + ", decrease input length or `max_tokens` and try again";
    }

    /** The name of a chat's field in this protocol. */
    private static String name(String field) {
        return field.equals("stop") ? "stop_sequences" : FUNCTION.matcher(field).replaceFirst("tools[$1].input_schema");
    }

    private static SamplingOptions sampling(Fields fields) {
        return new SamplingOptions(
                fields.decimal("temperature", 0, 1, 1),
                fields.decimal("top_p", 0, 1, 1),
                fields.integer("top_k", 0, Integer.MAX_VALUE, 0),
                0,
                0,
                0,
                OptionalLong.empty(),
                Map.of());
    }

    private static List<String> stops(Fields fields) {
        return fields.find("stop_sequences").map(Value::items).orElse(List.of()).isEmpty()
                ? List.of()
                : fields.require("stop_sequences").items(1, MAX_STOPS).stream()
                        .map(Value::nonEmptyText)
                        .toList();
    }

    /** A model thinks only if the request asks for it. */
    private static Map<String, Object> variables(Fields fields) {
        boolean thinking = thinking(fields)
                .map(asked -> asked.require("type").oneOf(THINKING))
                .map(List.of("enabled", "adaptive")::contains)
                .orElse(false);
        Map<String, Object> variables = new LinkedHashMap<>();
        config(fields, "effort")
                .map(RequestFields::effort)
                .map(TemplateFields::effort)
                .ifPresent(variables::putAll);
        variables.put("enable_thinking", thinking);
        variables.put("thinking", thinking);
        return variables;
    }

    private static Optional<Fields> thinking(Fields fields) {
        return fields.find("thinking").map(Value::fields);
    }

    private static OutputFormat format(Fields fields) {
        return config(fields, "format")
                .or(() -> fields.find("output_format"))
                .map(Value::fields)
                .map(format -> {
                    format.require("type").oneOf(List.of("json_schema"));
                    return FormatFields.schema(format.require("schema"));
                })
                .orElse(OutputFormat.text());
    }

    private static Optional<Value> config(Fields fields, String name) {
        return fields.find("output_config").map(Value::fields).flatMap(config -> config.find(name));
    }

    private static EndUser endUser(Fields fields) {
        var user = fields.find("metadata").map(Value::fields).flatMap(metadata -> metadata.find("user_id"));
        return new EndUser(user.map(RequestFields::endUser), Optional.empty());
    }

    /** Fields that would change the answer but are not supported. Values that request nothing are accepted. */
    private static void checkUnsupported(Fields fields) {
        fields.find("container").ifPresent(value -> {
            throw Invalid.unsupported(value.path(), "this service runs no tools.");
        });
        fields.find("mcp_servers").filter(value -> !value.items().isEmpty()).ifPresent(value -> {
            throw Invalid.unsupported(value.path(), "this service runs no tools.");
        });
    }
}
