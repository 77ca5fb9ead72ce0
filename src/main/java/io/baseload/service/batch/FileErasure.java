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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Erases what an end user or a request asked and was answered in files and batches, or all files and batches of a tenant.
 *
 * <p>Idea: an erased line is overwritten in its place: a request with spaces, because blank lines are ignored, and a result with an error that says so. So all other lines stay
 * where they are, and batches that run go on.
 *
 * <p>Invariant: a request is overwritten after its results, which only it may show to be the user's. So an erasure that fails halfway can be repeated.
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
        private final List<String> unreadable = new ArrayList<>();
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
            requests.forEach((file, found) ->
                    overwrite(file, found.stream().map(Found::patch).toList()));
            eraseLines(); // those that were begun meanwhile
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
            for (StoredFile file : rows.complete(tenant, purpose)) {
                try {
                    work.accept(file);
                } catch (UnreadableException e) {
                    unreadable.add(file.id());
                }
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
                if (some > 0) {
                    record("admin.batch.erase", RequestBatch.subject(tenant, batch), some);
                }
                return some;
            }));
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
            overwrite(file, found);
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

        private void overwrite(StoredFile file, List<Patch> patches) {
            for (int from = 0; from < patches.size(); ) {
                int to = from;
                for (long bytes = 0; to < patches.size() && to - from < MAX_LINES && bytes < MAX_BYTES; to++) {
                    bytes += patches.get(to).length();
                }
                overwriteSome(file, patches.subList(from, to));
                from = to;
            }
        }

        private void overwriteSome(StoredFile file, List<Patch> patches) {
            transactions.executeWithoutResult(status -> {
                if (!rows.lockComplete(file)) {
                    return;
                }
                try (var editor = new FileEditor(files, rows, contents.key(tenant), file)) {
                    patches.forEach(editor::write);
                }
                record("admin.file.erase", FileStore.subject(tenant, file.id()), patches.size());
                erased += patches.size();
            });
        }

        private void record(String kind, String subject, int lines) {
            var detail = new TreeMap<>(selection.described());
            detail.put("erased", lines);
            audit.recordAdmin(actor, kind, subject, detail);
        }
    }
}
