package io.baseload.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The output of a command, and its exit code. */
public record CommandRun(int code, String out, String err) {
    public static CommandRun of(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int code = command.execute(args);
        return new CommandRun(code, out.toString(), err.toString());
    }

    public String lastLine() {
        return out.lines().reduce((first, second) -> second).orElse("");
    }

    /** The one line that {@code --json} prints. */
    public JsonNode json() {
        if (code != 0 || out.lines().count() != 1) {
            throw new AssertionError("exit code " + code + ": " + out + err);
        }
        return JsonMapper.shared().readTree(out);
    }
}
