package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Files with OpenAI's Java SDK against the whole service. */
@ExtendWith(WholeService.class)
class FilesIT {
    private static final String PURPOSE = """
        --limit
        Content-Disposition: form-data; name="purpose"

        batch
        """;
    private static final String NAMED = """
        --limit
        Content-Disposition: form-data; name="file"; filename="%s"

        one
        --limit--
        """;
    private static final String NESTED = """
        --limit
        Content-Disposition: form-data; name="file"
        Content-Type: multipart/mixed; boundary=another

        --another
        Content-Disposition: attachment; filename="a"

        one
        --another--
        --limit--
        """;

    private static Rest rest;
    private static OpenAIClient client;

    @BeforeAll
    static void connect(RunningService service) {
        rest = service.rest();
        client = OpenAIOkHttpClient.builder()
                .baseUrl(rest.url() + "/v1")
                .apiKey(RunningService.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    private static FileObject upload(byte[] text, FilePurpose purpose) {
        return client.files()
                .create(FileCreateParams.builder()
                        .purpose(purpose)
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(text))
                                .filename("zwölf Zeilen.jsonl")
                                .build())
                        .build());
    }

    @Test
    void aFileLargerThanAnyOtherBodyComesBackAsItWas() throws IOException {
        var text = new byte[20 << 20];
        new Random(7).nextBytes(text);
        FileObject file = upload(text, FilePurpose.BATCH);
        file.validate();
        assertThat(file.bytes()).isEqualTo(text.length);
        assertThat(file.filename()).isEqualTo("zwölf Zeilen.jsonl");
        assertThat(client.files().retrieve(file.id())).isEqualTo(file);
        try (HttpResponse content = client.files().content(file.id())) {
            assertThat(content.body().readAllBytes()).isEqualTo(text);
        }
        assertThat(client.files().delete(file.id()).deleted()).isTrue();
        assertThat(catchThrowableOfType(
                        NotFoundException.class, () -> client.files().retrieve(file.id())))
                .isNotNull();
        assertThat(catchThrowableOfType(
                        NotFoundException.class, () -> client.files().content(file.id())))
                .isNotNull();
    }

    @Test
    void listsHaveThemInOrderAndInPages() {
        FileObject first = upload(new byte[] {'1'}, FilePurpose.BATCH);
        FileObject second = upload(new byte[] {'2'}, FilePurpose.BATCH);
        var newest = client.files()
                .list(FileListParams.builder().limit(1).purpose("batch").build());
        assertThat(newest.items()).containsExactly(second);
        assertThat(newest.hasNextPage()).isTrue();
        assertThat(newest.nextPage().items()).containsExactly(first);
        var oldest = client.files()
                .list(FileListParams.builder()
                        .after(first.id())
                        .order(FileListParams.Order.ASC)
                        .build());
        assertThat(oldest.items()).containsExactly(second);
        client.files().delete(first.id());
        client.files().delete(second.id());
    }

    @Test
    void refusesFilesThatCannotBeStored() {
        var before = client.files().list().items();
        var purpose =
                catchThrowableOfType(BadRequestException.class, () -> upload(new byte[] {'1'}, FilePurpose.FINE_TUNE));
        assertThat(purpose.param()).contains("purpose");
        var tooLarge = catchThrowableOfType(
                UnexpectedStatusCodeException.class, () -> upload(new byte[65 << 20], FilePurpose.BATCH));
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(tooLarge.code()).contains("request_too_large");
        assertThat(client.files().list().items()).isEqualTo(before);
    }

    private static JsonNode error(HttpRequest.Builder request, int status) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(
                    request.header("Authorization", "Bearer " + RunningService.KEY)
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
            return Rest.json(answer).get("error");
        }
    }

    private static JsonNode refusedForm(String form) throws Exception {
        return error(
                HttpRequest.newBuilder(URI.create(rest.url() + "/v1/files"))
                        .header("Content-Type", "multipart/form-data; boundary=limit")
                        .POST(BodyPublishers.ofString(form.replace("\n", "\r\n"))),
                400);
    }

    @Test
    void aFormThatCantBeReadIsRefused() throws Exception {
        var before = client.files().list().items();
        assertThat(refusedForm(PURPOSE + NAMED.formatted("a\0b")).get("param").asString())
                .isEqualTo("file");
        for (String form : List.of(
                PURPOSE + NESTED,
                PURPOSE + NAMED.formatted("a").replace("--limit--", ""),
                PURPOSE,
                PURPOSE.replace("purpose", "p".repeat(5_000)),
                "--limi",
                "")) {
            assertThat(refusedForm(form).get("message").asString()).as(form).isNotEmpty();
        }
        assertThat(client.files().list().items()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"files, %00", "files, file-1%00", "batches, batch_%27", "batches, %00", "files, ''"})
    void refusesAParameterThatIsNoId(String objects, String after) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(rest.url() + "/v1/" + objects + "?after=" + after));
        assertThat(error(request, 400).get("param").asString()).isEqualTo("after");
    }

    @ParameterizedTest
    @CsvSource({"GET, files/%00", "GET, files/a%00/content", "DELETE, files/a%00", "POST, batches/a%00/cancel"})
    void aPathWithACharacterZeroIsRefused(String method, String path) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(rest.url() + "/v1/" + path)).method(method, BodyPublishers.noBody());
        assertThat(error(request, 400).get("type").asString()).isEqualTo("invalid_request_error");
    }

    @Test
    void refusesAnInputFileThatIsNoId() throws Exception {
        var answer = rest.send(
                "POST",
                "/v1/batches",
                Map.of("input_file_id", "file-\0", "endpoint", "/v1/chat/completions", "completion_window", "24h"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Rest.json(answer).at("/error/param").asString()).isEqualTo("input_file_id");
    }
}
