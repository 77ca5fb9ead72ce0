package io.baseload.service.registry;

import io.baseload.engine.store.ModelStore;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.DiskSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The folders of models below the home: {@code models} is the store, {@code import} is filled by the operator. */
@Configuration(proxyBeanMethods = false)
class RegistryConfiguration {
    @Bean
    ModelStore modelStore(BaseloadHome home, DiskSpace space) {
        ModelStore store = ModelStore.open(home.path().resolve("models"));
        space.watch(store.folder());
        return store;
    }

    @Bean
    ImportFolder importFolder(BaseloadHome home) throws IOException {
        Path folder = home.path().resolve("import");
        return new ImportFolder(Files.createDirectories(folder));
    }
}
