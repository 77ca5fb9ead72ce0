package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.pull.PullSource.HuggingFace;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceFilesTest {
    private static final byte[] CONTENT = "{}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    /** Without its pooling, an encoder of sentence-transformers can't be imported. */
    @Test
    void companionsInFoldersComeToo() throws Exception {
        List<String> wanted =
                List.of("model.safetensors", "1_Pooling/config.json", "additional_chat_templates/rag.jinja");
        String siblings = Stream.concat(wanted.stream(), Stream.of("onnx/config.json"))
                .map(name -> "{\"rfilename\": \"%s\", \"size\": 2, \"lfs\": {\"sha256\": \"%s\", \"size\": 2}}"
                        .formatted(name, PullerTest.sha256(CONTENT)))
                .collect(Collectors.joining(", "));
        try (var hub = new FileServer("127.0.0.1");
                var puller = new Puller(
                        PullerTest.properties(List.of(), Patience.LIMIT),
                        AllowedHosts.of(List.of(hub.authority())),
                        folder.resolve("signers"),
                        Optional.empty())) {
            hub.put(
                    "/api/models/org/model/revision/main",
                    "{\"sha\": \"c0ffee\", \"siblings\": [%s]}".formatted(siblings));
            wanted.forEach(name -> hub.put("/org/model/resolve/c0ffee/" + name, CONTENT));
            var source = new HuggingFace(URI.create(hub.url()), "org/model", "main", List.of());
            puller.pull(
                    new Puller.Request(source, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                    folder,
                    PullerTest.PLENTY,
                    (fraction, message) -> {});
            assertThat(wanted)
                    .allSatisfy(name ->
                            assertThat(folder.resolve("files").resolve(name)).hasBinaryContent(CONTENT));
            assertThat(folder.resolve("files/onnx")).doesNotExist();
        }
    }
}
