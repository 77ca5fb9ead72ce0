package io.baseload.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A tiny model with random weights and what its reference computes, below {@code architectures} in the resources.
 *
 * @param model the folder or file to open
 */
public record Reference(Path model, JsonNode expected, ReferenceTensors values) {
    /**
     * A sequence and its logits at some positions.
     *
     * @param positions for each row of the logits
     */
    public record Sequence(String name, int[] ids, int[] positions) {}

    /** Models with one of each kind of layer. */
    public static final List<String> KINDS = List.of(
            "llama/model.gguf",
            "qwen2-swa",
            "phi3-longrope",
            "gemma2-scalar",
            "gemma3-v5config",
            "tiny-mixtral",
            "tiny-gpt-oss",
            "deepseek-v2",
            "deepseek-v3",
            "tiny-yuan2",
            "yuan2-m32");

    private static final String PACKED = ".gz";

    /**
     * Opens one; weights that are packed are unpacked.
     *
     * @param name of the folder, perhaps with a file in it
     * @param work where unpacked folders are made
     */
    public static Reference open(String name, Path work) throws IOException {
        Path folder = TestModels.reference(name.split("/", -1)[0]);
        Path packed = folder.resolve("model.safetensors" + PACKED);
        Path model = Files.exists(packed) ? unpacked(folder, packed, work) : TestModels.reference(name);
        return new Reference(
                model,
                JsonMapper.shared().readTree(folder.resolve("expected.json")),
                ReferenceTensors.read(folder.resolve("expected.safetensors")));
    }

    private static Path unpacked(Path folder, Path packed, Path work) throws IOException {
        Path target = work.resolve(folder.getFileName().toString());
        if (!Files.exists(target)) {
            Files.createDirectory(target);
            Files.copy(folder.resolve("config.json"), target.resolve("config.json"));
            try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
                Files.copy(in, target.resolve("model.safetensors"));
            }
        }
        return target;
    }

    public List<Sequence> sequences() {
        return expected.get("sequences").valueStream().map(Reference::sequence).toList();
    }

    private static Sequence sequence(JsonNode json) {
        int[] ids = ints(json.get("ids"));
        int[] positions = json.has("positions")
                ? ints(json.get("positions"))
                : IntStream.range(0, ids.length).toArray();
        return new Sequence(json.get("name").asString(), ids, positions);
    }

    /** The longest sequence of at most this many tokens. */
    public int[] ids(int most) {
        return sequences().stream()
                .map(Sequence::ids)
                .filter(ids -> ids.length <= most)
                .max((a, b) -> Integer.compare(a.length, b.length))
                .orElseThrow();
    }

    public static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }
}
