package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;

/** The formats of models that write the arguments of calls one by one. */
final class NamedFormats {
    static final String LFM_CALLS = "<|tool_call_start|>";

    private static final String LFM_CALLS_END = "<|tool_call_end|>";
    private static final String GEMMA_QUOTE = "<|\"|>";

    /** Qwen3-Coder, Nemotron 3: each value on separate lines. */
    static final ToolFormat QWEN_CODER = function(
            "qwen-coder",
            "<tool_call>",
            "</tool_call>",
            ParameterSyntax.texts("<parameter=", ">\n", "\n</parameter>\n"));
    /** ByteDance's Seed-OSS. */
    static final ToolFormat SEED = function(
            "seed",
            "<seed:tool_call>",
            "</seed:tool_call>",
            ParameterSyntax.texts("<parameter=", ">", "</parameter>\n"));
    /** GLM 4.5 to 4.7, Poolside's Laguna: names and values in separate marks. */
    static final ToolFormat GLM = new NamedFormat(
            "glm",
            new CallSyntax(
                    "",
                    "<tool_call>",
                    "\n",
                    Optional.of(ParameterSyntax.texts("<arg_key>", "</arg_key>\n<arg_value>", "</arg_value>\n")),
                    "</tool_call>",
                    "\n",
                    "",
                    true),
            List.of("<tool_call>"),
            List.of("<tool_call>", "</tool_call>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"));
    /** MiniMax M2: names in attributes. */
    static final ToolFormat MINIMAX = new NamedFormat(
            "minimax",
            new CallSyntax(
                    "<minimax:tool_call>\n",
                    "<invoke name=\"",
                    "\">\n",
                    Optional.of(ParameterSyntax.texts("<parameter name=\"", "\">", "</parameter>\n")),
                    "</invoke>\n",
                    "",
                    "</minimax:tool_call>",
                    true),
            List.of("<minimax:tool_call>", "<invoke name=\""),
            List.of("<minimax:tool_call>", "</minimax:tool_call>"));
    /** MiniCPM 5: texts that would be read as XML are in CDATA. */
    static final ToolFormat MINICPM = new NamedFormat(
            "minicpm",
            new CallSyntax(
                    "",
                    "<function name=\"",
                    "\">",
                    Optional.of(new ParameterSyntax(
                            ParameterSyntax.Values.TEXTS, "<param name=\"", "\">", "</param>", "", "<![CDATA[", "]]>")),
                    "</function>",
                    "\n",
                    "",
                    true),
            List.of("<function name=\""),
            List.of());
    /** Liquid's LFM2: calls in Python's syntax. */
    static final ToolFormat LFM = new NamedFormat(
            "lfm",
            new CallSyntax(
                    LFM_CALLS + "[",
                    "",
                    "(",
                    Optional.of(new ParameterSyntax(ParameterSyntax.Values.LITERALS, "", "=", "", ", ", "", "")),
                    ")",
                    ", ",
                    "]" + LFM_CALLS_END,
                    true),
            List.of(LFM_CALLS),
            List.of(LFM_CALLS, LFM_CALLS_END));
    /** Google's Gemma 4: names without quotation marks, texts with special ones. */
    static final ToolFormat GEMMA = new NamedFormat(
            "gemma",
            new CallSyntax(
                    "",
                    "<|tool_call>call:",
                    "{",
                    Optional.of(new ParameterSyntax(
                            ParameterSyntax.Values.LITERALS, "", ":", "", ",", GEMMA_QUOTE, GEMMA_QUOTE)),
                    "}<tool_call|>",
                    "",
                    "",
                    true),
            List.of("<|tool_call>"),
            List.of("<|tool_call>", "<tool_call|>", GEMMA_QUOTE));

    private NamedFormats() {}

    private static ToolFormat function(String name, String open, String close, ParameterSyntax parameters) {
        return new NamedFormat(
                name,
                new CallSyntax(
                        "",
                        open + "\n<function=",
                        ">\n",
                        Optional.of(parameters),
                        "</function>\n" + close,
                        "\n",
                        "",
                        true),
                List.of(open, "<function="),
                List.of(open, close));
    }
}
