package io.baseload.conformance;

import io.baseload.chat.api.Message;
import io.baseload.chat.api.ToolCall;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.completion.Replay;
import io.baseload.chat.format.AnswerFormat;
import io.baseload.chat.format.Piece;
import io.baseload.chat.format.ToolFormat;
import io.baseload.chat.format.ToolFormats;
import io.baseload.chat.python.TemplateException;
import io.baseload.chat.template.JsonData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Real chat templates, {@code X.jinja}: the recognized tool-call format of each, and whether the calls that it shows are read as the same calls. */
final class CallLayout implements FolderLayout {
    /** By the beginning of the file's name; of the others no form is known. */
    private static final Map<String, String> FORMS = Map.ofEntries(
            Map.entry("Apertus", "apertus"),
            Map.entry("ByteDance-Seed", "seed"),
            Map.entry("CohereForAI-c4ai-command-r-plus", "action"),
            Map.entry("CohereForAI-c4ai-command-r7b", "command"),
            Map.entry("GLM-4", "glm"),
            Map.entry("HuggingFaceTB-SmolLM3", "generic"),
            Map.entry("Kimi-K2", "kimi"),
            Map.entry("LFM2", "lfm"),
            Map.entry("MiniMax-M2", "minimax"),
            Map.entry("Mistral-Small-3.2", "mistral"),
            Map.entry("NVIDIA-Nemotron-Nano-v2", "nemotron"),
            Map.entry("NousResearch-Hermes", "hermes"),
            Map.entry("Qwen-Qwen", "hermes"),
            Map.entry("Qwen3-Coder", "qwen-coder"),
            Map.entry("deepseek-ai-DeepSeek-R1", "deepseek-v3"),
            Map.entry("deepseek-ai-DeepSeek-V3.1", "deepseek"),
            Map.entry("fireworks-ai-llama-3-firefunction", "functools"),
            Map.entry("google-gemma-2", "generic"),
            Map.entry("google-gemma-4", "gemma"),
            Map.entry("ibm-granite-granite-3", "granite"),
            Map.entry("ibm-granite-granite-4", "hermes"),
            Map.entry("llama-cpp-rwkv", "generic"),
            Map.entry("meetkai-functionary-medium-v3.1", "functionary"),
            Map.entry("meta-llama-Llama-3", "llama"),
            Map.entry("microsoft-Phi-3.5", "generic"),
            Map.entry("mistralai-Mistral-Nemo", "mistral-list"),
            Map.entry("openai-gpt-oss", "harmony"),
            Map.entry("openbmb-MiniCPM5", "minicpm"),
            Map.entry("poolside-Laguna", "glm"),
            Map.entry("smollm2", "generic"),
            Map.entry("yuan2", "generic"));

    /** The sign of a format that the template doesn't show. */
    private static final Map<String, String> SPECIAL = Map.of("LFM2", "<|tool_call_start|>");

    /** Variables that a template needs and no request has. */
    private static final Map<String, Object> EXTRA =
            Map.of("functions", "[look_up]", "datetime", "today", "bos_token", "", "eos_token", "");

    private static final ToolSet TOOLS = ToolSet.auto(List.of(
            new ToolSpec("look_up", "Looks up.", """
                {"type":"object","properties":{"text":{"type":"string","description":"A text."},"count":{"type":"integer"},\
                "flag":{"type":"boolean"},"list":{"type":"array","items":{"type":"string"}},\
                "deep":{"type":"object","properties":{"x":{"type":"number"}}}},"required":["text"]}\
                """, false),
            new ToolSpec("add", "Adds.", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\"}}}", false)));
    private static final List<ToolCall> CALLS = List.of(
            new ToolCall(
                    "call_1",
                    "look_up",
                    "{\"text\": \"12 <b>\\n"
                            + "\\\"é\\\"\", \"count\": 3, \"flag\": true, \"list\": [\"a'b\", \"c\"], \"deep\": {\"x\":"
                            + " 1.5}}"),
            new ToolCall("call_2", "add", "{\"a\": -2}"));

    /** @param arguments members in any order */
    private record Call(String name, @Nullable Object arguments) {}

    @Override
    public List<Suite> suites(Folder folder, Models models) {
        return folder.endingIn(".jinja").stream()
                .map(template -> new Suite(folder.label(template), tally -> check(tally, template)))
                .toList();
    }

    private static void check(Tally tally, Path file) throws IOException {
        String source = Files.readString(file);
        String special = valueFor(file, SPECIAL).orElse("");
        ToolFormat format = ToolFormats.of(source, special::equals);
        Optional<String> expected = valueFor(file, FORMS);
        if (expected.isEmpty()) {
            tally.withoutCases("taken for " + format.name() + ", and nothing is known of it");
            return;
        }
        tally.remark(format.name());
        tally.count(
                "form",
                Optional.of("not " + expected.get()).filter(_ -> !format.name().equals(expected.get())));
        var replay = new Replay(source, format, TemplateOutcome.CLOCK);
        tally.count("tools", shows(replay, List.of(Message.user("hello")), "look_up"));
        tally.count("result", shows(replay, conversation(CALLS.subList(0, 1)), "found it"));
        tally.count("one call", readsBack(replay, format, source, CALLS.subList(0, 1)));
        tally.count("two calls", readsBack(replay, format, source, CALLS));
    }

    private static Optional<String> valueFor(Path file, Map<String, String> byName) {
        String name = file.getFileName().toString();
        return byName.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static Optional<String> shows(Replay replay, List<Message> messages, String text) {
        String shown = render(replay, messages);
        return shown.contains(text) ? Optional.empty() : Optional.of("doesn't show " + text + ": " + shown);
    }

    private static List<Message> conversation(List<ToolCall> calls) {
        List<Message> messages = new ArrayList<>();
        messages.add(Message.user("hello"));
        messages.add(new Message.Assistant(Optional.empty(), Optional.empty(), calls, Optional.empty()));
        calls.forEach(call -> messages.add(Message.tool(call.id(), "found it")));
        return messages;
    }

    /** What stands after the question, read as an answer, must have the calls, and no null before them. */
    private static Optional<String> readsBack(Replay replay, ToolFormat format, String source, List<ToolCall> calls) {
        String prompt = render(replay, List.of(Message.user("hello")));
        String answer = answer(prompt, render(replay, conversation(calls)));
        var reader = new AnswerFormat(format, source, text -> false).reader(TOOLS, "");
        List<Piece> pieces = new ArrayList<>(reader.append(answer));
        pieces.addAll(reader.finish(false));
        List<Call> expected = calls.stream()
                .map(call -> new Call(call.name(), data(call.arguments())))
                .toList();
        boolean hasNull = answer.matches("(?s)(?i)\\W*(null|none)\\W.*");
        return read(pieces).equals(expected) && !hasNull
                ? Optional.empty()
                : Optional.of("reads " + read(pieces) + " from " + answer);
    }

    /** What the prompt doesn't begin with, from a mark on; a token that ends answers is left out. */
    private static String answer(String prompt, String shown) {
        int common = 0;
        while (common < Math.min(prompt.length(), shown.length()) && prompt.charAt(common) == shown.charAt(common)) {
            common++;
        }
        while (common > 0 && "<|[".indexOf(shown.charAt(common - 1)) >= 0) {
            common--;
        }
        return shown.substring(common).replace("<|call|>", "");
    }

    private static List<Call> read(List<Piece> pieces) {
        List<String> names = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Call call) {
                names.add(call.name());
                arguments.add("");
            } else if (piece instanceof Piece.Arguments part) {
                arguments.set(arguments.size() - 1, arguments.getLast() + part.fragment());
            }
        }
        return IntStream.range(0, names.size())
                .mapToObj(i -> new Call(names.get(i), data(arguments.get(i))))
                .toList();
    }

    private static @Nullable Object data(String json) {
        try {
            return JsonData.parse(json);
        } catch (IllegalArgumentException e) {
            return "no JSON: " + json;
        }
    }

    private static String render(Replay replay, List<Message> messages) {
        try {
            return replay.render(messages, TOOLS, EXTRA);
        } catch (TemplateException e) {
            return "refused: " + e.getMessage();
        }
    }
}
