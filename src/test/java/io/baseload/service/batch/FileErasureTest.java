package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.LineRunner.Outcome.Ended;
import io.baseload.service.batch.RequestBatch.Counts;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an end user or a request asked and was answered is erased in files and batches, and nothing else, on a real PostgreSQL. */
class FileErasureTest {
    private static final String TENANT = "acme";
    private static final Actor ACTOR = new Actor("default", "bl_operator");

    private final TestBatches made = new TestBatches();
    private final TestPlatform platform = made.platform;
    private final FileStore files = made.files;
    private final LineRows lines = made.lines;
    private final BatchOutput output = made.output(files);
    private final FileWork work = new FileWork(made.batches, lines, files, output, 100);
    private final UUID here = made.here;

    @BeforeEach
    void start() {
        made.tenant(TENANT);
    }

    @AfterEach
    void stop() {
        made.close();
    }

    private int erase(Optional<String> request, Optional<String> user) {
        var selection = new ContentSelection(request, user, Optional.empty(), Optional.empty());
        return platform.get(FileErasure.class).erase(ACTOR, TENANT, selection);
    }

    private int eraseAnn() {
        return erase(Optional.empty(), Optional.of("ann"));
    }

    private static String line(int number, String user, String text) {
        String name = number % 2 == 0 ? "safety_identifier" : "user";
        return "{\"custom_id\": \"%d\", \"method\": \"POST\", \"url\": \"/v1/embeddings\", \"body\": {\"model\": \"m\", "
                        .formatted(number)
                + "\"input\": \"%s of %s\", \"%s\": \"%s\"}}\n".formatted(text, user, name, user);
    }

    /** A file with a line for each user. */
    private static String text(String... users) {
        return IntStream.rangeClosed(1, users.length)
                .mapToObj(number -> line(number, users[number - 1], "a question"))
                .collect(Collectors.joining());
    }

    /** A batch in progress. */
    private RequestBatch begun(String text) {
        RequestBatch batch = made.created(TENANT, text);
        worked();
        return batch;
    }

    private void worked() {
        work.begin(here, () -> {});
        Patience.await().until(() -> work.current().isEmpty());
        made.batches.releaseOthers(here, Optional.empty());
    }

    private BatchLine taken() {
        return lines.take(here, List.of()).orElseThrow();
    }

    private boolean answered(BatchLine line, String user) {
        var response = new LineBody.Response(200, line.requestId(), "the answer to " + user, List.of());
        var body = new LineBody(line.id(), Integer.toString(line.line()), user, null, response, null);
        byte[] sealed = platform.get(Contents.class)
                .key(TENANT)
                .seal(Json.bytes(body), RequestBatch.purpose(TENANT, line.batch(), Integer.toString(line.line())));
        return lines.end(line, here, new Ended(true, sealed, TokenTotals.NONE));
    }

    /** A batch that has ended, with the answers to these users. */
    private RequestBatch ended(String text, String... users) {
        RequestBatch batch = begun(text);
        for (String user : users) {
            assertThat(answered(taken(), user)).isTrue();
        }
        worked();
        return now(batch);
    }

    private RequestBatch now(RequestBatch batch) {
        return made.batches.find(TENANT, batch.id()).orElseThrow();
    }

    private String read(String file) throws IOException {
        var text = new ByteArrayOutputStream();
        files.copy(files.find(TENANT, file).orElseThrow(), text);
        return text.toString(StandardCharsets.UTF_8);
    }

    private List<JsonNode> results(Optional<String> file) throws IOException {
        return read(file.orElseThrow()).lines().map(new JsonMapper()::readTree).toList();
    }

    private static void assertErased(JsonNode result) {
        assertThat(result.get("response").isNull()).isTrue();
        assertThat(result.get("custom_id").isNull()).isTrue();
        assertThat(result.at("/error/code").asString()).isEqualTo("erased");
    }

    private List<String> trail(String kind) {
        return platform.get(AuditTrail.class).page(0, Optional.empty(), Optional.of(kind), 1000).entries().stream()
                .filter(entry -> entry.actor().equals(ACTOR))
                .map(entry -> entry.subject() + " " + entry.detail())
                .toList();
    }

    @Test
    void aUsersLinesAreErasedAndAllOthersStay() throws IOException {
        String text = text("ann", "bob", "ann", "ann", "annette");
        RequestBatch batch = ended(text, "ann", "bob", "ann", "ann", "annette");
        String results = read(batch.outputFile().orElseThrow());

        assertThat(eraseAnn()).as("questions and answers").isEqualTo(6);

        List<String> left = read(batch.inputFile()).lines().toList();
        List<String> before = text.lines().toList();
        for (int i : new int[] {0, 2, 3}) {
            assertThat(left.get(i)).isBlank().hasSameSizeAs(before.get(i));
        }
        assertThat(left.get(1)).isEqualTo(before.get(1));
        assertThat(left.get(4)).isEqualTo(before.get(4));
        assertThat(read(batch.outputFile().orElseThrow())).hasSameSizeAs(results);
        List<JsonNode> lines = results(batch.outputFile());
        assertThat(lines).hasSize(5);
        for (int i : new int[] {0, 2, 3}) {
            assertErased(lines.get(i));
        }
        assertThat(lines.get(1).at("/response/body").asString()).isEqualTo("the answer to bob");
        assertThat(lines.get(4).at("/response/body").asString()).isEqualTo("the answer to annette");
        assertThat(trail("admin.file.erase"))
                .hasSize(2)
                .allMatch(entry -> entry.contains("\"erased\":3") && entry.contains("\"of_user\":\"ann\""));
        assertThat(eraseAnn()).as("nothing is left").isZero();
    }

    @Test
    void anErasedLineOfARunningBatchIsNotRunAndItsAnswerNotStored() throws IOException {
        RequestBatch batch = begun(text("ann", "ann", "bob", "ann"));
        assertThat(answered(taken(), "ann")).isTrue();
        BatchLine running = taken();
        assertThat(eraseAnn()).isEqualTo(6);
        assertThat(trail("admin.batch.erase")).singleElement().asString().contains("\"erased\":3");
        assertThat(answered(running, "ann")).isFalse();
        BatchLine bobs = taken();
        assertThat(bobs.line()).isEqualTo(3);
        assertThat(lines.take(here, List.of())).isEmpty();
        assertThat(now(batch).counts()).isEqualTo(new Counts(4, 0, 3));
        assertThat(answered(bobs, "bob")).isTrue();
        worked();
        RequestBatch end = now(batch);
        assertThat(end.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(end.counts()).isEqualTo(new Counts(4, 1, 3));
        assertThat(results(end.outputFile())).singleElement().asString().contains("bob");
        assertThat(results(end.errorFile()))
                .hasSize(3)
                .allSatisfy(FileErasureTest::assertErased)
                .extracting(line -> line.get("id").asString())
                .containsExactlyElementsOf(IntStream.of(1, 2, 4)
                        .mapToObj(line -> BatchLine.id(batch.id(), line))
                        .toList());
    }

    @Test
    void aProcessThatIsWritingTheResultsBeginsAnew() throws IOException {
        RequestBatch batch = begun(text("ann", "bob"));
        assertThat(answered(taken(), "ann")).isTrue();
        assertThat(answered(taken(), "bob")).isTrue();
        var ending = output.take(here).orElseThrow();
        eraseAnn();
        assertThatThrownBy(() -> output.write(ending, here)).isInstanceOf(LostBatchException.class);
        worked();
        assertThat(results(now(batch).outputFile())).singleElement().asString().contains("bob");
        assertThat(results(now(batch).errorFile())).singleElement().satisfies(FileErasureTest::assertErased);
    }

    @Test
    void aProcessThatIsReadingTheFileBeginsAnew() {
        RequestBatch batch = made.created(TENANT, text("ann", "bob"));
        RequestBatch read = made.batches.takeUnread(here).orElseThrow();
        lines.insert(read, List.of(new LineRows.Span(1, 0, 10)));
        eraseAnn();
        made.batches.begin(read, here, 2);
        assertThat(now(batch).status()).isEqualTo(BatchStatus.VALIDATING);
        worked();
        assertThat(now(batch).counts()).isEqualTo(new Counts(1, 0, 0));
        assertThat(taken().line()).isEqualTo(2);
    }

    /** Erases Ann's texts, and does something when they are erased in all batches of then, before her requests are overwritten in the file. */
    private int eraseAnnAnd(String file, Runnable meanwhile) throws SQLException {
        try (var other = platform.superuserConnection()) {
            other.setAutoCommit(false);
            BatchShutdownTest.execute(other, "SELECT FROM stored_file WHERE id = '" + file + "' FOR KEY SHARE");
            var erasure = CompletableFuture.supplyAsync(this::eraseAnn, Thread::startVirtualThread);
            Patience.await().until(() -> erasure.isDone() || isWaitingForAFile());
            meanwhile.run();
            other.rollback();
            return erasure.join();
        }
    }

    private boolean isWaitingForAFile() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock' AND query LIKE '%FROM stored_file%FOR UPDATE')")
                .query(Boolean.class)
                .single();
    }

    @Test
    void aBatchMayEndBeforeItsRequestsAreOverwritten() throws Exception {
        RequestBatch batch = begun(text("ann", "bob"));
        int erased = eraseAnnAnd(batch.inputFile(), () -> {
            assertThat(answered(taken(), "bob")).isTrue();
            worked();
            assertThat(now(batch).status()).isEqualTo(BatchStatus.COMPLETED);
        });
        assertThat(erased).as("a line of the batch, a line of the file").isEqualTo(2);
        assertThat(now(batch).counts()).isEqualTo(new Counts(2, 1, 1));
        assertThat(results(now(batch).outputFile())).singleElement().asString().contains("bob");
        assertThat(results(now(batch).errorFile())).singleElement().satisfies(FileErasureTest::assertErased);
    }

    @Test
    void batchesThatBeginWithAFileBeforeItIsOverwrittenAreErasedToo() throws Exception {
        String file = made.uploaded(TENANT, text("ann", "bob"));
        var begun = new ArrayList<RequestBatch>();
        int erased = eraseAnnAnd(file, () -> {
            begun.add(another(file));
            worked();
            assertThat(answered(taken(), "ann")).isTrue();
            assertThat(answered(taken(), "bob")).isTrue();
            worked();
            begun.add(another(file));
            worked();
            assertThat(answered(taken(), "ann")).isTrue();
            begun.add(another(file));
            RequestBatch read = made.batches.takeUnread(here).orElseThrow();
            lines.insert(read, List.of(new LineRows.Span(1, 0, 10)));
        });
        assertThat(erased)
                .as("a question, a line of the batch that runs, a result of the one that has ended")
                .isEqualTo(3);
        assertThat(read(file).lines().toList().getFirst()).isBlank();

        RequestBatch ended = now(begun.getFirst());
        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertErased(results(ended.outputFile()).getFirst());
        assertThat(results(ended.outputFile()).getLast().toString()).contains("bob");

        assertThat(answered(taken(), "bob")).isTrue();
        worked();
        RequestBatch ran = now(begun.get(1));
        assertThat(ran.counts()).isEqualTo(new Counts(2, 1, 1));
        assertThat(results(ran.outputFile())).singleElement().asString().contains("bob");
        assertThat(results(ran.errorFile())).singleElement().satisfies(FileErasureTest::assertErased);

        made.batches.begin(begun.getLast(), here, 2);
        assertThat(now(begun.getLast()).status()).isEqualTo(BatchStatus.VALIDATING);
        worked();
        assertThat(now(begun.getLast()).counts()).isEqualTo(new Counts(1, 0, 0));
        assertThat(eraseAnn()).as("nothing is left").isZero();
    }

    private RequestBatch another(String file) {
        return platform.get(Batches.class)
                .create(Actor.SYSTEM, TestBatches.order(TENANT, file))
                .batch();
    }

    @Test
    void aRequestIsErasedInItsBatchAlone() throws IOException {
        RequestBatch first = ended(text("ann", "bob"), "ann", "bob");
        RequestBatch second = platform.get(Batches.class)
                .create(Actor.SYSTEM, TestBatches.order(TENANT, first.inputFile()))
                .batch();
        worked();
        assertThat(answered(taken(), "ann")).isTrue();
        String request = BatchLine.id(first.id(), 1) + "_1";
        assertThat(erase(Optional.of(request), Optional.of("bob")))
                .as("it is not bob's")
                .isZero();
        assertThat(erase(Optional.of(request), Optional.empty())).isEqualTo(2);
        assertErased(results(first.outputFile()).getFirst());
        assertThat(results(first.outputFile()).getLast().toString()).contains("bob");
        assertThat(read(first.inputFile()).lines().toList().getFirst()).isBlank();
        assertThat(answered(taken(), "bob")).isTrue();
        worked();
        assertThat(results(now(second).outputFile())).hasSize(2).asString().contains("the answer to ann");
        assertThat(erase(Optional.of("req_of_no_batch"), Optional.empty())).isZero();
    }

    @Test
    void resultsNameTheirUser() throws IOException {
        RequestBatch batch = ended(text("ann", "bob"), "ann", "bob");
        assertThat(files.delete(ACTOR, TENANT, batch.inputFile())).isTrue();
        assertThat(eraseAnn()).isEqualTo(1);
        assertErased(results(batch.outputFile()).getFirst());
        assertThat(results(batch.outputFile()).getLast().get("user").asString()).isEqualTo("bob");
    }

    @Test
    void linesThatSpanPiecesAreErased() throws IOException {
        String large = "long text ".repeat(FileDraft.PIECE / 8);
        String text = line(1, "bob", large) + line(2, "ann", large) + line(3, "bob", large);
        String file = made.uploaded(TENANT, text);
        assertThat(eraseAnn()).isEqualTo(1);
        List<String> left = read(file).lines().toList();
        assertThat(left.get(1).isBlank()).isTrue();
        assertThat(String.join("\n", left) + "\n")
                .isEqualTo(text.replace(
                        line(2, "ann", large).strip(),
                        " ".repeat(line(2, "ann", large).length() - 1)));
    }

    @Test
    void aFileThatCanNotBeReadIsNamed() throws IOException {
        String broken = made.uploaded(TENANT, text("ann"));
        String good = made.uploaded(TENANT, text("ann", "bob"));
        platform.superuser()
                .sql("UPDATE stored_file_piece SET sealed = 'changed' WHERE file = ?")
                .param(broken)
                .update();
        var refused = catchThrowableOfType(ApiException.class, this::eraseAnn);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused).hasMessageContaining(broken);
        assertThat(read(good).lines().toList().getFirst()).isBlank();
    }

    @Test
    void allFilesAndBatchesOfATenantAreErased() {
        ended(text("ann"), "ann");
        RequestBatch running = begun(text("bob", "bob"));
        BatchLine line = taken();
        FileDraft upload = files.begin(TENANT, "lines.jsonl", 1);
        made.tenant("other");
        String others = made.uploaded("other", text("ann"));
        assertThat(erase(Optional.empty(), Optional.empty()))
                .as("two batches, two uploads, one result")
                .isEqualTo(5);
        assertThat(made.batches.find(TENANT, running.id())).isEmpty();
        assertThat(answered(line, "bob")).isFalse();
        assertThat(files.page(TENANT, null, null, true, 10)).isEmpty();
        assertThat(files.find("other", others)).isPresent();
        upload.write('x');
        upload.close();
        assertThat(files.finish(Actor.SYSTEM, upload, Optional.empty()).bytes()).isOne();
        assertThat(trail("admin.file.delete")).hasSize(3);
        assertThat(trail("admin.batch.delete")).hasSize(2);
    }

    @Test
    void namesAreFoundWhereTheyCount() {
        Map.of(
                        "{\"body\": {\"user\": \"ann\"}}", true,
                        "{\"body\": {\"messages\": [{\"user\": \"ann\"}]}}", false,
                        "{\"x\": {\"user\": \"ann\"}, \"body\": {\"x\": [1, {}], \"safety_identifier\": \"ann\"}}",
                                true,
                        "{\"body\": {\"user\": \"\\u0061nn\", broken", true,
                        "[\"user\", \"ann\"]", false,
                        "", false)
                .forEach((line, found) -> assertThat(LineNames.of(line.getBytes(StandardCharsets.UTF_8))
                                .has("ann"))
                        .as(line)
                        .isEqualTo(found));
        assertThat(LineNames.of("{\"id\": \"a\"}".getBytes(StandardCharsets.UTF_8))
                        .id())
                .isEqualTo("a");
    }
}
