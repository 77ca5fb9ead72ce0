package io.baseload.chat.completion;

import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.format.ToolFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Expresses unsupported features with messages that a template supports: tools in the instructions, instructions in the user's message, calls as the text that the model would have
 * written, results as a user's message, several calls one after the other, consecutive messages of the user as one.
 */
final class Adaptation {
    private static final String RESULT = "<tool_response>\n";
    private static final String RESULT_END = "\n</tool_response>";
    private static final String PARAGRAPH = "\n\n";
    private static final String EFFORT = "reasoning_effort";
    /** A template uses one of three names for the effort. */
    private static final Map<String, Object> NO_THINKING = Map.of("enable_thinking", false, "thinking", false);

    private static final int SHORT_ID = 9;

    private final Abilities abilities;
    private final ToolFormat format;

    Adaptation(Abilities abilities, ToolFormat format) {
        this.abilities = abilities;
        this.format = format;
    }

    /** Whether tools are described in words, in order of preference: a template that shows tools may still fail on one of these. */
    List<Boolean> ways(ToolSet tools) {
        return tools.offered() && abilities.tools() ? List.of(false, true) : List.of(tools.offered());
    }

    /**
     * The conversation in a form that the template can show.
     *
     * @param inWords whether tools are described in the instructions
     */
    Input.Chat of(Input.Chat chat, ToolSet tools, boolean inWords) {
        List<Message> messages = introduced(chat.messages());
        if (abilities.shortIds()) {
            messages = messages.stream().map(Adaptation::shortened).toList();
        }
        if (abilities.calls() && !abilities.explainedCalls()) {
            messages = messages.stream().map(Adaptation::unexplained).toList();
        }
        if (abilities.calls() && !abilities.severalCalls()) {
            messages = oneByOne(messages);
        }
        if (!abilities.calls()) {
            messages = messages.stream().map(this::written).toList();
        }
        if (!abilities.results()) {
            messages = answered(messages);
        }
        Map<String, Object> variables = new HashMap<>(chat.variables());
        if (inWords) {
            messages = instructed(messages, ToolInstructions.of(tools, format.syntax()));
            variables.put("tools", List.of());
        }
        if (variables.get(EFFORT) instanceof String effort) {
            if (effort.equals("none")) {
                NO_THINKING.forEach(variables::putIfAbsent);
            }
            variables.put(EFFORT, format.effort(effort));
        }
        return new Input.Chat(joined(shown(messages)), variables);
    }

    /** Instructions at the beginning share a message, because some templates show only the first, others only the last. */
    private static List<Message> introduced(List<Message> messages) {
        List<Message> first = messages.stream()
                .takeWhile(Message.Instructions.class::isInstance)
                .toList();
        if (first.size() < 2) {
            return messages;
        }
        String all = first.stream()
                .map(message -> ((Message.Instructions) message).content())
                .collect(Collectors.joining(PARAGRAPH));
        return Stream.concat(
                        Stream.of(new Message.Instructions(all, first.getFirst().name())),
                        messages.stream().skip(first.size()))
                .toList();
    }

    /** Without its text, if it has reasoning and calls too. */
    private static Message unexplained(Message message) {
        return message instanceof Message.Assistant said
                        && !said.calls().isEmpty()
                        && said.reasoning().filter(text -> !text.isEmpty()).isPresent()
                ? new Message.Assistant(Optional.empty(), said.reasoning(), said.calls(), said.name())
                : message;
    }

    private static Message shortened(Message message) {
        return switch (message) {
            case Message.Assistant said ->
                withCalls(
                        said,
                        said.calls().stream()
                                .map(call -> new ToolCall(shortId(call.id()), call.name(), call.arguments()))
                                .toList());
            case Message.Tool result -> new Message.Tool(shortId(result.callId()), result.content(), result.name());
            default -> message;
        };
    }

    private static String shortId(String id) {
        if (id.matches("[a-zA-Z0-9]{" + SHORT_ID + "}")) {
            return id;
        }
        String digest =
                UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
        return digest.replace("-", "").substring(0, SHORT_ID);
    }

    /** Each call in a separate message, followed by its result. */
    private static List<Message> oneByOne(List<Message> messages) {
        List<Message> all = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i) instanceof Message.Assistant said
                    && said.calls().size() > 1) {
                List<Message.Tool> results = resultsAfter(messages, i);
                split(said, results, all);
                i += results.size();
            } else {
                all.add(messages.get(i));
            }
        }
        return all;
    }

    private static List<Message.Tool> resultsAfter(List<Message> messages, int index) {
        return messages.stream()
                .skip(index + 1L)
                .takeWhile(Message.Tool.class::isInstance)
                .map(Message.Tool.class::cast)
                .toList();
    }

    private static void split(Message.Assistant said, List<Message.Tool> results, List<Message> all) {
        Message.Assistant one = said;
        for (ToolCall call : said.calls()) {
            all.add(withCalls(one, List.of(call)));
            results.stream().filter(result -> result.callId().equals(call.id())).forEach(all::add);
            one = new Message.Assistant(Optional.empty(), Optional.empty(), List.of(), said.name());
        }
    }

    private static Message.Assistant withCalls(Message.Assistant said, List<ToolCall> calls) {
        return new Message.Assistant(said.content(), said.reasoning(), calls, said.name());
    }

    private Message written(Message message) {
        if (!(message instanceof Message.Assistant said) || said.calls().isEmpty()) {
            return message;
        }
        String calls = format.syntax().write(said.calls());
        String text = said.content()
                .filter(content -> !content.isEmpty())
                .map(content -> content + "\n" + calls)
                .orElse(calls);
        return new Message.Assistant(Optional.of(text), said.reasoning(), List.of(), said.name());
    }

    /** Consecutive results share a message, because many templates want user and assistant to alternate. */
    private static List<Message> answered(List<Message> messages) {
        List<Message> all = new ArrayList<>();
        for (Message message : messages) {
            if (!(message instanceof Message.Tool result)) {
                all.add(message);
                continue;
            }
            String text = RESULT + result.content() + RESULT_END;
            boolean follows = !all.isEmpty()
                    && all.getLast() instanceof Message.User user
                    && user.content().endsWith(RESULT_END);
            String before = follows ? ((Message.User) all.removeLast()).content() + "\n" : "";
            all.add(Message.user(before + text));
        }
        return all;
    }

    private static List<Message> instructed(List<Message> messages, String instructions) {
        List<Message> all = new ArrayList<>(messages);
        if (!messages.isEmpty() && messages.getFirst() instanceof Message.Instructions own) {
            all.set(0, new Message.Instructions(own.content() + PARAGRAPH + instructions, own.name()));
        } else {
            all.addFirst(Message.system(instructions));
        }
        return all;
    }

    /** Instructions that the template would omit are put before the next user's message. */
    private List<Message> shown(List<Message> messages) {
        List<Message> all = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        for (Message message : messages) {
            boolean shows = all.isEmpty() && waiting.isEmpty() ? abilities.system() : abilities.laterSystem();
            if (message instanceof Message.Instructions own && !shows) {
                waiting.add(own.content());
            } else if (message instanceof Message.User user && !waiting.isEmpty()) {
                waiting.add(user.content());
                all.add(new Message.User(String.join(PARAGRAPH, waiting), user.name()));
                waiting.clear();
            } else {
                all.add(message);
            }
        }
        if (!waiting.isEmpty()) {
            all.add(Message.user(String.join(PARAGRAPH, waiting)));
        }
        return all;
    }

    /** For templates that want roles to alternate: consecutive messages of the user share one, and a message after a tool's becomes a part of that. */
    private List<Message> joined(List<Message> messages) {
        List<Message> all = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.User user && !all.isEmpty()) {
                all.addAll(after(all.removeLast(), user));
            } else {
                all.add(message);
            }
        }
        return all;
    }

    private List<Message> after(Message before, Message.User user) {
        return switch (before) {
            case Message.User asked
            when !abilities.severalQuestions() ->
                List.of(new Message.User(asked.content() + PARAGRAPH + user.content(), asked.name()));
            case Message.Tool result
            when !abilities.questionAfterResult() ->
                List.of(new Message.Tool(
                        result.callId(), result.content() + PARAGRAPH + user.content(), result.name()));
            default -> List.of(before, user);
        };
    }
}
