package io.baseload.service.responses;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.FormatFields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.ParsedRequest;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.SamplingFields;
import io.baseload.service.protocol.SealedReasoning;
import io.baseload.service.protocol.TemplateFields;
import io.baseload.service.protocol.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the bodies of {@code POST /v1/responses} and {@code POST /v1/responses/input_tokens}. */
final class ResponsesRequestParser {
    private static final int MAX_TOP_LOGPROBS = 20;
    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final String SEALED_REASONING = "reasoning.encrypted_content";
    private static final Pattern FUNCTION = Pattern.compile("tools\\[(\\d+)]\\.function\\.parameters");
    private static final List<String> SUMMARIES = List.of("auto", "concise", "detailed");
    private static final List<String> TRUNCATIONS = List.of("auto", "disabled");
    private static final List<String> FORMATS = List.of("text", "json_object", "json_schema");

    private ResponsesRequestParser() {}

    /**
     * Reads the body twice, and asks the database in between, so that nobody else's body waits for it.
     *
     * @param kept has the responses that the request continues, and stores its response if requested
     * @param reasoning opens that of earlier answers, and seals that of this one if requested
     */
    static ParsedRequest parse(byte[] body, RequestContext context, KeptResponses kept, SealedReasoning reasoning) {
        KeptResponses.StorageFields storage = context.read(body, KeptResponses.StorageFields::of);
        KeptResponses.Prepared prepared = kept.prepare(context, storage);
        return context.read(body, fields -> parse(fields, context, kept, prepared, reasoning));
    }

    private static ParsedRequest parse(
            Fields fields,
            RequestContext context,
            KeptResponses kept,
            KeptResponses.Prepared prepared,
            SealedReasoning reasoning) {
        String tenant = context.caller().tenant();
        String model = RequestFields.model(fields);
        checkUnsupported(fields);
        // these apply to one response: those of earlier ones are not carried over
        var instructions = fields.find("instructions").map(Value::text).map(Message::system);
        var tools = FunctionTools.read(fields);
        var conversation = InputItems.read(
                fields.require("input"),
                tools,
                text -> reasoning.open(tenant, text),
                items -> KeptResponses.read(context, prepared.earlier(), items));
        var messages = Stream.concat(instructions.stream(), conversation.messages().stream())
                .toList();
        checkIgnored(fields);
        var included = included(fields);
        int topLogprobs = topLogprobs(fields, included);
        boolean sealing = included.contains(SEALED_REASONING);
        var completion = new CompletionRequest(
                new Input.Chat(messages, variables(fields)),
                tools.choose(fields),
                1,
                1,
                maxTokens(fields),
                SamplingFields.options(fields),
                List.of(),
                topLogprobs,
                format(fields),
                false);
        var request = RequestFields.request(fields, model, completion);
        var settings = ResponseSettings.of(fields, completion);
        var keeper = kept.keeper(context, prepared, fields, request, conversation.own(), tools);
        return new ParsedRequest(
                request,
                fields.flag("stream", false),
                admitted -> new ResponseForm(
                        ResponseBody.begun(admitted.model(), settings),
                        tools,
                        topLogprobs >= 0,
                        keeper.apply(admitted.request()),
                        thought -> sealing ? Optional.of(reasoning.seal(tenant, thought)) : Optional.empty()),
                refusal -> refusal.at(name(refusal.field(), tools)));
    }

    /** The name of a chat's field in this protocol. */
    private static String name(String field, FunctionTools tools) {
        var function = FUNCTION.matcher(field);
        return switch (field) {
            case "messages" -> "input";
            case "response_format" -> "text.format";
            default -> function.matches() ? tools.path(Integer.parseInt(function.group(1))) : field;
        };
    }

    private static OptionalInt maxTokens(Fields fields) {
        return fields.find("max_output_tokens")
                .map(value -> OptionalInt.of(value.integer(1, Integer.MAX_VALUE)))
                .orElse(OptionalInt.empty());
    }

    private static List<String> included(Fields fields) {
        return fields.find("include").map(Value::items).orElse(List.of()).stream()
                .map(Value::text)
                .toList();
    }

    private static int topLogprobs(Fields fields, List<String> included) {
        int top = fields.integer("top_logprobs", 0, MAX_TOP_LOGPROBS, 0);
        return included.contains(LOGPROBS) || top > 0 ? top : -1;
    }

    private static Map<String, Object> variables(Fields fields) {
        Map<String, Object> variables = new LinkedHashMap<>();
        fields.find("reasoning").map(Value::fields).ifPresent(reasoning -> {
            reasoning
                    .find("effort")
                    .map(RequestFields::effort)
                    .map(TemplateFields::effort)
                    .ifPresent(variables::putAll);
            reasoning.find("summary").ifPresent(summary -> summary.oneOf(SUMMARIES));
        });
        variables.putAll(TemplateFields.read(fields));
        return variables;
    }

    private static OutputFormat format(Fields fields) {
        return fields.find("text")
                .flatMap(text -> text.fields().find("format"))
                .map(Value::fields)
                .map(format -> switch (format.require("type").oneOf(FORMATS)) {
                    case "text" -> OutputFormat.text();
                    case "json_object" -> new OutputFormat.JsonObject();
                    default -> FormatFields.schema(format);
                })
                .orElse(OutputFormat.text());
    }

    /** Fields that would change the answer but are not supported. Values that request nothing are accepted. */
    private static void checkUnsupported(Fields fields) {
        if (fields.flag("background", false)) {
            throw Invalid.unsupported("background", "answers are sent only to a waiting client.");
        }
        refuse(fields.find("conversation"), "conversations are not stored: send 'previous_response_id', or all items.");
        refuse(fields.find("prompt"), "prompts are not stored: send 'instructions' and 'input'.");
        refuse(fields.find("moderation"), "this service answers in text from the model alone.");
        refuse(
                fields.find("truncation")
                        .filter(value -> value.oneOf(TRUNCATIONS).equals("auto")),
                "the input is never truncated.");
        refuse(
                fields.find("context_management").filter(value -> !value.items().isEmpty()),
                "conversations are never compacted.");
        refuse(
                fields.find("prompt_cache_options")
                        .flatMap(options -> options.fields().find("prewarm"))
                        .filter(Value::flag),
                "every request generates an answer: send 'max_output_tokens': 1.");
    }

    private static void refuse(Optional<Value> unsupported, String reason) {
        unsupported.ifPresent(value -> {
            throw Invalid.unsupported(value.path(), reason);
        });
    }

    private static void checkIgnored(Fields fields) {
        fields.find("prompt_cache_key").ifPresent(Value::text);
        fields.find("max_tool_calls").ifPresent(value -> value.integer(1, Integer.MAX_VALUE));
        fields.find("metadata").ifPresent(RequestFields::checkMetadata);
        fields.find("stream_options").ifPresent(options -> options.fields().flag("include_obfuscation", false));
    }
}
