package io.baseload.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** A command's output: text for people, or with {@code --json} one JSON object; the result is the last line. */
final class Output {
    @Option(names = "--json", description = "Print the result as one line of JSON, and nothing else.")
    boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Intermediate output, in the text form only. */
    void note(String line) {
        if (!json) {
            out().println(line);
            out().flush();
        }
    }

    /** How far work is, on the error stream, in the text form only. */
    void aside(String line) {
        if (!json) {
            command.commandLine().getErr().println(line);
            command.commandLine().getErr().flush();
        }
    }

    /** A piece of a line, in the text form only. */
    void piece(String text) {
        if (!json) {
            out().print(text);
            out().flush();
        }
    }

    /**
     * The result, as the last line.
     *
     * @param value a record: printed as JSON
     * @param line the same in words
     */
    void result(Record value, String line) {
        out().println(json ? JsonMapper.shared().writeValueAsString(value) : line);
        out().flush();
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }
}
