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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Files with OpenAI's Java SDK against the whole service. */
@ExtendWith(WholeService.class)
class FilesIT {
    private static OpenAIClient client;

    @BeforeAll
    static void connect(RunningService service) {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(service.rest().url() + "/v1")
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
    void whatCantBeStoredIsRefused() {
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
}
