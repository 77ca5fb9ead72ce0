package io.baseload.service.registry;

import io.baseload.engine.api.Engine;
import io.baseload.engine.store.ModelStore;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Takes model files from the import folder into the store. */
@Component
public final class Imports {
    private final ImportFolder folder;
    private final Engine engine;
    private final ModelStore store;
    private final Shelf shelf;
    private final Loader loader;
    private final Jobs jobs;

    Imports(ImportFolder folder, Engine engine, ModelStore store, Shelf shelf, Loader loader, Jobs jobs) {
        this.folder = folder;
        this.engine = engine;
        this.store = store;
        this.shelf = shelf;
        this.loader = loader;
        this.jobs = jobs;
    }

    /**
     * Imports a file as a model, which is then stored, not loaded.
     *
     * @param path relative to the import folder
     * @param name the model's id
     * @param recorded runs in the transaction that creates the job
     * @throws io.baseload.chat.api.InvalidRequestException if path or name is not allowed
     * @throws ConflictException if the name is taken
     */
    public Job start(String path, String name, Consumer<Job> recorded) {
        Names.check("name", name);
        Path file = folder.find(path);
        shelf.refuseIfTaken(name);
        return jobs.start(Job.Kind.IMPORT, name, recorded, progress -> take(file, name, progress));
    }

    private void take(Path file, String name, Progress progress) {
        progress.at(0, "reading the header");
        engine.inspect(file);
        String sha256 = copy(file, progress);
        progress.at(0.99, "filing");
        try {
            loader.inTurn(() -> {
                shelf.refuseIfTaken(name);
                return shelf.file(name, sha256, Wanted.NO);
            });
        } catch (RuntimeException e) {
            loader.inTurn(() -> {
                shelf.tidy(sha256);
                return sha256;
            });
            throw e;
        }
    }

    private String copy(Path file, Progress progress) {
        return store.importFile(file, (done, total) -> {
                    progress.at(0.99 * done / Math.max(1, total), "copying");
                    return true;
                })
                .sha256();
    }
}
