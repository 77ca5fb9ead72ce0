package io.baseload.testing;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** Model files and reference data that tests run against, found on the class path. */
public final class TestModels {
    private TestModels() {}

    /** SmolLM2-135M-Instruct in Q4_1, the model that the product bundles. */
    public static Path smolLm2() {
        return resource("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    }

    /** A folder of reference data: "llama", "llama3-rope" (with {@code model.gguf}) or "smollm2-135m". */
    public static Path reference(String name) {
        return resource("architectures/" + name);
    }

    /** A tiny model with random weights that answers within microseconds. */
    public static Path tiny() {
        return reference("llama").resolve("model.gguf");
    }

    public static Path resource(String name) {
        URL url = Objects.requireNonNull(TestModels.class.getClassLoader().getResource(name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
