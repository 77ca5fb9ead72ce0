package io.baseload.cli;

import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The entry point of the executable jar: without a command it starts the service. */
@Command(
        name = "baseload",
        description = "Runs large language models on CPUs.",
        scope = CommandLine.ScopeType.INHERIT, // every command has --help and --version
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            InspectCommand.class,
            PullCommand.class,
            ImportCommand.class,
            QuantizeCommand.class,
            GenerateCommand.class,
            TokenizeCommand.class,
            GrammarCommand.class,
            BenchCommand.class,
            PlanCommand.class,
            PerplexityCommand.class,
            AuditCommand.class,
            HelpCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        if (ServeCommand.isMeantBy(args)) {
            ServeCommand.run(args);
            return;
        }
        quietLogs();
        System.exit(commandLine().execute(args));
    }

    /** Commands log only errors: for the layers that log with the JDK, unless BASELOAD_LOG is INFO, and for the libraries that log with SLF4J. */
    private static void quietLogs() {
        boolean verbose = "INFO".equals(System.getenv("BASELOAD_LOG"));
        Logger.getLogger("").setLevel(verbose ? Level.INFO : Level.WARNING);
        System.setProperty("logback.configurationFile", "io/baseload/cli/logback.xml");
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler(ExitCodes::usage)
                .setExecutionExceptionHandler(ExitCodes::execution);
    }
}
