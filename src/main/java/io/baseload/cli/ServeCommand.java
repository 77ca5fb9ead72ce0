package io.baseload.cli;

import io.baseload.engine.platform.Umask;
import io.baseload.service.app.ServiceApplication;
import java.util.Arrays;
import java.util.Set;
import picocli.CommandLine.Command;

/**
 * Starts the service. Spring Boot reads its arguments and reports its failures, so {@link Main} gets here without a command line parser; as a command this class only provides the
 * help.
 */
@Command(name = "serve", description = "Starts the service; arguments go to Spring Boot, such as --server.port=9000.")
final class ServeCommand {
    private static final String NAME = "serve";
    private static final Set<String> HELP = Set.of("-h", "--help", "-V", "--version");

    /** Whether these arguments start the service: its name, or no command at all. */
    static boolean isMeantBy(String[] args) {
        boolean named = args.length > 0 && args[0].equals(NAME);
        boolean noCommand = args.length == 0 || args[0].startsWith("--");
        return (named || noCommand) && Arrays.stream(args).noneMatch(HELP::contains);
    }

    static void run(String[] args) {
        Umask.ownerOnly(); // for all that it writes to its home
        boolean named = args.length > 0 && args[0].equals(NAME);
        ServiceApplication.main(named ? Arrays.copyOfRange(args, 1, args.length) : args);
    }
}
