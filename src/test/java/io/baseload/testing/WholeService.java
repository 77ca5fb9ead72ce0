package io.baseload.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one {@link RunningService} that they share when they change nothing in it but by asking. Starts with the first of them in this JVM, ends with the JVM's last test. */
public final class WholeService implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == RunningService.class;
    }

    @Override
    public RunningService resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(WholeService.class))
                .computeIfAbsent(Shared.class, key -> new Shared(), Shared.class)
                .service;
    }

    private static final class Shared implements AutoCloseable {
        private final Path home;
        private final RunningService service;

        Shared() {
            try {
                home = Files.createTempDirectory("baseload whole");
                service = RunningService.onEmpty(home);
            } catch (Exception e) {
                throw new IllegalStateException("the service does not start", e);
            }
        }

        @Override
        public void close() throws Exception {
            service.close();
            Leftovers.delete(home);
        }
    }
}
