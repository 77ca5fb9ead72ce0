package io.baseload.service.batch;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.FileEditor.Patch;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.service.contents.ErasableTexts;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Erases what an end user or a request asked and was answered in files and batches, or all files and batches of a tenant.
 *
 * <p>Idea: an erased line is overwritten in its place: a request with spaces, because blank lines are ignored, and a result with an error that says so. So all other lines stay
 * where they are, and batches that run go on.
 *
 * <p>Invariants: a request is overwritten after its results, which only it may show to be the user's. So an erasure that fails halfway can be repeated. When it is overwritten, its
 * lines are erased in all batches that read the file by then, in the same transaction: those that began meanwhile have read the text, later ones only see the spaces.
 */
final class FileErasure implements ErasableTexts {
    /** Overwritten in one transaction, so that none exceeds the database's time limit. */
    private static final int MAX_LINES = 1_000;

    private static final long MAX_BYTES = 16 << 20;

    private static final Pattern REQUEST = Pattern.compile("batch_req_([^_]+)_([0-9]{1,9})_[0-9]+");

    private final FileRows rows;
    private final BatchRows batchRows;
    private final LineRows lines;
    private final FileStore files;
    private final Batches batches;
    private final Contents contents;
    private final TransactionOperations transactions;
    private final AuditTrail audit;

    FileErasure(
            FileRows rows,
            BatchRows batchRows,
            LineRows lines,
            FileStore files,
            Batches batches,
            Contents contents,
            TransactionOperations transactions,
            AuditTrail audit) {
        this.rows = rows;
        this.batchRows = batchRows;
        this.lines = lines;
        this.files = files;
        this.batches = batches;
        this.contents = contents;
        this.transactions = transactions;
        this.audit = audit;
    }

    /** @throws ApiException if files can't be read; all others are erased by then */
    @Override
    public int erase(Actor actor, String tenant, ContentSelection selection) {
        if (selection.requestId().isPresent()) {
            var id = REQUEST.matcher(selection.requestId().get());
            return id.matches()
                    ? run(actor, tenant, selection, new Request("batch_" + id.group(1), Integer.parseInt(id.group(2))))
                    : 0;
        }
        return selection.user().isPresent()
                ? run(actor, tenant, selection, null)
                : batches.eraseAll(actor, tenant) + files.eraseAll(actor, tenant);
    }

    private int run(Actor actor, String tenant, ContentSelection selection, @Nullable Request request) {
        return new Run(actor, tenant, selection, request).erase();
    }

    /** A line of a batch. */
    private record Request(String batch, int line) {}

    /** A line in a file. */
    private record Found(int line, Patch patch) {}

    /** One erasure. */
    private final class Run {
        private final Actor actor;
        private final String tenant;
        private final ContentSelection selection;
        private final @Nullable Request request;
        private final Map<StoredFile, List<Found>> requests = new LinkedHashMap<>();
        private final Map<String, Set<Integer>> linesOfBatches = new LinkedHashMap<>();
        private final Set<String> results = new HashSet<>(); // the ids of lines
        private final Set<String> unreadable = new LinkedHashSet<>();
        private int erased;

        /** @param request null: any */
        Run(Actor actor, String tenant, ContentSelection selection, @Nullable Request request) {
            this.actor = actor;
            this.tenant = tenant;
            this.selection = selection;
            this.request = request;
        }

        int erase() {
            each(StoredFile.INPUT, this::findRequests);
            eraseLines();
            each(StoredFile.OUTPUT, this::eraseResults);
            requests.forEach((file, found) -> attempt(file, it -> overwriteRequests(it, found)));
            each(StoredFile.OUTPUT, this::eraseResults); // of batches that ended meanwhile
            if (!unreadable.isEmpty()) {
                throw ApiException.refused(
                        409,
                        "conflict",
                        "Everything else is erased, but these files can't be read, so delete them: "
                                + String.join(", ", unreadable) + ".");
            }
            return erased;
        }

        private void each(String purpose, Consumer<StoredFile> work) {
            rows.complete(tenant, purpose).forEach(file -> attempt(file, work));
        }

        private void attempt(StoredFile file, Consumer<StoredFile> work) {
            try {
                work.accept(file);
            } catch (UnreadableException e) {
                unreadable.add(file.id());
            }
        }

        private void findRequests(StoredFile file) {
            List<String> readers = batchRows.readers(tenant, file.id());
            Request only = request;
            if (only != null && !readers.contains(only.batch())) {
                return;
            }
            var found = new ArrayList<Found>();
            scan(file, (line, place, text, length) -> {
                boolean wanted = (only == null || only.line() == line) && !LineRequest.isBlank(text);
                if (wanted && isOfUser(text)) {
                    found.add(new Found(line, new Patch(place, Math.toIntExact(length), new byte[0])));
                }
            });
            if (!found.isEmpty()) {
                requests.put(file, found);
                (only == null ? readers : List.of(only.batch())).forEach(batch -> select(batch, found));
            }
        }

        private void select(String batch, List<Found> found) {
            Set<Integer> numbers = linesOfBatches.computeIfAbsent(batch, id -> new HashSet<>());
            for (Found one : found) {
                numbers.add(one.line());
                results.add(BatchLine.id(batch, one.line()));
            }
        }

        private boolean isOfUser(byte[] text) {
            Optional<String> user = selection.user();
            return user.isEmpty() || LineNames.of(text).has(user.get());
        }

        /** Of batches that have not ended. */
        private void eraseLines() {
            linesOfBatches.forEach((batch, numbers) -> erased += transactions.execute(status -> {
                int some = lines.erase(tenant, batch, numbers);
                recordLines(batch, some);
                return some;
            }));
        }

        private void recordLines(String batch, int some) {
            if (some > 0) {
                record("admin.batch.erase", RequestBatch.subject(tenant, batch), some);
            }
        }

        private void eraseResults(StoredFile file) {
            var found = new ArrayList<Patch>();
            scan(file, (line, place, text, length) -> {
                LineNames names = LineNames.of(text);
                String id = names.id();
                if (id != null && isSelected(id, names)) {
                    var patch = new Patch(place, Math.toIntExact(length), Json.bytes(LineBody.erased(id)));
                    if (!isErased(patch, text)) {
                        found.add(patch);
                    }
                }
            });
            overwrite(file, found, Function.identity(), some -> Map.of());
        }

        private void overwriteRequests(StoredFile file, List<Found> requests) {
            overwrite(file, requests, Found::patch, some -> eraseLines(file, some));
        }

        /**
         * In the batches that read the file now.
         *
         * @return their numbers by batch; they are recorded once all batches are locked, because whoever records holds the end of the trail
         */
        private Map<String, Integer> eraseLines(StoredFile file, List<Found> found) {
            Request only = request;
            List<String> readers = only == null ? batchRows.readers(tenant, file.id()) : List.of(only.batch());
            var numbers = found.stream().map(Found::line).toList();
            var erasedLines = new LinkedHashMap<String, Integer>();
            for (String batch : readers) {
                select(batch, found);
                erasedLines.put(batch, lines.erase(tenant, batch, numbers));
            }
            return erasedLines;
        }

        private boolean isSelected(String id, LineNames names) {
            boolean ofRequest = request == null
                    || BatchLine.id(request.batch(), request.line()).equals(id);
            boolean ofUser = selection.user().map(names::has).orElse(true);
            return results.contains(id) || ofRequest && ofUser;
        }

        private static boolean isErased(Patch patch, byte[] text) {
            return Arrays.equals(patch.text(), Arrays.copyOf(text, Math.min(text.length, patch.text().length)));
        }

        private void scan(StoredFile file, LineSplitter.Listener listener) {
            try (var splitter = new LineSplitter(LineRequest.MAX_BYTES, listener)) {
                files.copy(file, splitter);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** @param along what is erased along with some of the parts, in the same transaction: numbers of lines by batch */
        private <T> void overwrite(
                StoredFile file,
                List<T> parts,
                Function<T, Patch> patch,
                Function<List<T>, Map<String, Integer>> along) {
            for (int from = 0; from < parts.size(); ) {
                int to = from;
                for (long bytes = 0; to < parts.size() && to - from < MAX_LINES && bytes < MAX_BYTES; to++) {
                    bytes += patch.apply(parts.get(to)).length();
                }
                List<T> some = parts.subList(from, to);
                List<Patch> patches = some.stream().map(patch).toList();
                erased += transactions.execute(status -> overwriteSome(file, patches, () -> along.apply(some)));
                from = to;
            }
        }

        private int overwriteSome(StoredFile file, List<Patch> patches, Supplier<Map<String, Integer>> along) {
            if (!rows.lockComplete(file)) {
                return 0;
            }
            try (var editor = new FileEditor(files, rows, contents.key(tenant), file)) {
                patches.forEach(editor::write);
            }
            Map<String, Integer> erasedLines = along.get();
            erasedLines.forEach(this::recordLines);
            record("admin.file.erase", FileStore.subject(tenant, file.id()), patches.size());
            return patches.size()
                    + erasedLines.values().stream().mapToInt(Integer::intValue).sum();
        }

        private void record(String kind, String subject, int lines) {
            var detail = new TreeMap<>(selection.described());
            detail.put("erased", lines);
            audit.recordAdmin(actor, kind, subject, detail);
        }
    }
}
