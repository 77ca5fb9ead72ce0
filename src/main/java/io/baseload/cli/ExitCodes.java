package io.baseload.cli;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.NotFiniteException;
import io.baseload.engine.api.UncuttableModelException;
import io.baseload.engine.store.ModelStoreException;
import io.baseload.service.app.IoErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Exit codes: 0 done, 1 a difference or a failed check, 2 bad input (one line that names it), 70 our bug (with its stack trace). */
final class ExitCodes {
    static final int BAD_INPUT = 2;
    static final int BUG = 70;

    private ExitCodes() {}

    static int usage(ParameterException bad, String[] args) {
        return badInput(bad.getCommandLine(), bad.getMessage());
    }

    static int execution(Exception thrown, CommandLine command, ParseResult parsed) {
        return switch (thrown) {
            case BadInputException bad -> badInput(command, bad.getMessage());
            case ModelFileException bad -> badInput(command, bad.getMessage());
            case UncuttableModelException bad -> badInput(command, bad.getMessage());
            case ModelStoreException bad -> badInput(command, String.valueOf(bad.getMessage()));
            case UncheckedIOException bad -> badInput(command, IoErrors.inWords(bad));
            case IOException bad -> badInput(command, IoErrors.inWords(new UncheckedIOException(bad)));
            case NotFiniteException bad -> badInput(command, String.valueOf(bad.getMessage()));
            case ExecutionException failed
            when failed.getCause() instanceof NotFiniteException bad ->
                badInput(command, String.valueOf(bad.getMessage()));
            case InvalidRequestException bad -> badInput(command, bad.field() + ": " + bad.getMessage());
            default -> bug(command, thrown);
        };
    }

    private static int badInput(CommandLine command, @Nullable String message) {
        command.getErr().println("baseload: " + message);
        return BAD_INPUT;
    }

    private static int bug(CommandLine command, Exception thrown) {
        command.getErr().println("baseload: this is a bug of Baseload:");
        thrown.printStackTrace(command.getErr());
        return BUG;
    }
}
