package io.baseload.service.batch;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.FileUploadException;
import org.apache.tomcat.util.http.fileupload.InvalidFileNameException;
import org.apache.tomcat.util.http.fileupload.MultipartStream.IllegalBoundaryException;
import org.apache.tomcat.util.http.fileupload.MultipartStream.MalformedStreamException;
import org.apache.tomcat.util.http.fileupload.UploadContext;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * Receives a form with a file, and stores the file as it arrives: it is never on a disk unencrypted, and at most two pieces are in memory. So uploads don't count against the
 * memory for bodies; the number of concurrent uploads is limited instead.
 */
final class UploadReceiver {
    private static final int MAX_FIELD_BYTES = 1 << 10;
    private static final int MAX_FIELDS = 16;
    private static final int MAX_NAME = 255;
    private static final int MAX_PART_HEADER = 4 << 10;
    private static final Duration BUSY = Duration.ofSeconds(5);
    private static final Duration MIN_TTL = Duration.ofHours(1);
    private static final Duration MAX_TTL = Duration.ofDays(30);
    private static final String ANCHOR = "expires_after[anchor]";
    private static final String SECONDS = "expires_after[seconds]";

    private final FileStore files;
    private final DataSize maxSize;
    private final Semaphore places;
    private final int placesPerTenant;
    private final Map<String, Integer> uploading = new ConcurrentHashMap<>();

    UploadReceiver(FileStore files, FileProperties properties) {
        this.files = files;
        this.maxSize = properties.maxSize();
        this.places = new Semaphore(properties.maxUploads());
        this.placesPerTenant = Math.max(1, properties.maxUploads() / 2);
    }

    StoredFile receive(HttpServletRequest request, Caller caller) throws IOException {
        if (!places.tryAcquire()) {
            throw ApiException.unavailable("overloaded", "Too many files are being uploaded now.", BUSY);
        }
        try {
            if (uploading.merge(caller.tenant(), 1, Integer::sum) > placesPerTenant) {
                throw ApiException.unavailable(
                        "overloaded", "This tenant is already uploading " + placesPerTenant + " files.", BUSY);
            }
            return new Form(request, caller).read();
        } finally {
            uploading.computeIfPresent(caller.tenant(), (tenant, count) -> count == 1 ? null : count - 1);
            places.release();
        }
    }

    private static final class Multipart implements UploadContext {
        private final HttpServletRequest request;

        Multipart(HttpServletRequest request) {
            this.request = request;
        }

        @Override
        public String getCharacterEncoding() {
            return StandardCharsets.UTF_8.name();
        }

        @Override
        public @Nullable String getContentType() {
            return request.getContentType();
        }

        @Override
        public long contentLength() {
            return request.getContentLengthLong();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return request.getInputStream();
        }
    }

    /** One upload. */
    private final class Form {
        private final HttpServletRequest request;
        private final Caller caller;
        private final Map<String, String> fields = new HashMap<>();
        private @Nullable FileDraft draft;

        Form(HttpServletRequest request, Caller caller) {
            this.request = request;
            this.caller = caller;
        }

        StoredFile read() throws IOException {
            try {
                readItems();
                if (draft == null) {
                    throw Invalid.missing("file");
                }
                checkPurpose();
                return files.finish(caller.actor(), draft, ttl());
            } catch (FileUploadException | MalformedStreamException | IllegalBoundaryException e) {
                discard();
                throw unreadable(e);
            } catch (IOException | RuntimeException | Error e) {
                discard();
                throw e;
            }
        }

        private void readItems() throws IOException {
            var parser = new FileUpload();
            parser.setHeaderEncoding(StandardCharsets.UTF_8.name());
            parser.setPartHeaderSizeMax(MAX_PART_HEADER);
            FileItemIterator items = parser.getItemIterator(new Multipart(request));
            for (int i = 0; items.hasNext(); i++) {
                if (i == MAX_FIELDS) {
                    throw Invalid.value("body", "a form with at most " + MAX_FIELDS + " fields is expected.");
                }
                read(items.next());
            }
        }

        private void read(FileItemStream item) throws IOException {
            String name = item.getFieldName();
            try (InputStream in = item.openStream()) {
                if ("file".equals(name)) {
                    store(filename(item), in);
                } else if (name != null) {
                    fields.put(name, text(name, in));
                }
            }
        }

        private static String text(String name, InputStream in) throws IOException {
            byte[] text = in.readNBytes(MAX_FIELD_BYTES + 1);
            if (text.length > MAX_FIELD_BYTES) {
                throw Invalid.value(name, "expected at most " + MAX_FIELD_BYTES + " bytes.");
            }
            return new String(text, StandardCharsets.UTF_8);
        }

        private static String filename(FileItemStream item) {
            String name;
            try {
                name = item.getName();
            } catch (InvalidFileNameException e) { // it has a character 0
                throw wrongName();
            }
            if (name == null || name.isEmpty()) {
                throw Invalid.value("file", "expected a file with a name.");
            }
            if (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
                throw wrongName();
            }
            return name;
        }

        private static InvalidRequestException wrongName() {
            return Invalid.value(
                    "file",
                    "expected a name of at most " + MAX_NAME + " characters, none of them a control character.");
        }

        private void store(String filename, InputStream in) throws IOException {
            if (draft != null) {
                throw Invalid.value("file", "expected one file.");
            }
            checkPurposeIfKnown();
            long announced = request.getContentLengthLong();
            long most = announced < 0 ? maxSize.toBytes() : Math.min(announced, maxSize.toBytes());
            draft = files.begin(caller.tenant(), filename, most);
            var buffer = new byte[64 << 10];
            for (int some = in.read(buffer); some >= 0; some = in.read(buffer)) {
                if (draft.bytes() + some > maxSize.toBytes()) {
                    throw tooLarge();
                }
                draft.write(buffer, 0, some);
            }
            draft.close();
        }

        private ApiException tooLarge() {
            return ApiException.refused(
                            413, "request_too_large", "The file is larger than " + maxSize.toBytes() + " bytes.")
                    .withParam("file");
        }

        private void checkPurposeIfKnown() {
            if (fields.containsKey("purpose")) {
                checkPurpose();
            }
        }

        private void checkPurpose() {
            String purpose = fields.get("purpose");
            if (purpose == null) {
                throw Invalid.missing("purpose");
            }
            if (!purpose.equals(StoredFile.INPUT)) {
                throw Invalid.notOneOf("purpose", purpose, List.of(StoredFile.INPUT));
            }
        }

        private Optional<Duration> ttl() {
            String seconds = fields.get(SECONDS);
            String anchor = fields.get(ANCHOR);
            if (anchor != null && !anchor.equals("created_at")) {
                throw Invalid.notOneOf(ANCHOR, anchor, List.of("created_at"));
            }
            if (seconds == null) {
                return Optional.empty();
            }
            if (!seconds.matches("[0-9]{1,9}")) {
                throw Invalid.value(SECONDS, "expected a number of seconds.");
            }
            return Optional.of(lifetime(SECONDS, Long.parseLong(seconds)));
        }

        private void discard() {
            if (draft != null) {
                files.discard(draft);
            }
        }

        private RuntimeException unreadable(IOException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ApiException refusal) {
                    return refusal;
                }
            }
            return ApiException.invalid(null, null, "The body is not a form of multipart/form-data.");
        }
    }

    /** @param field the request's field with the lifetime */
    static Duration lifetime(String field, long seconds) {
        var lifetime = Duration.ofSeconds(seconds);
        if (lifetime.compareTo(MIN_TTL) < 0 || lifetime.compareTo(MAX_TTL) > 0) {
            throw Invalid.value(field, "expected " + MIN_TTL.toSeconds() + " to " + MAX_TTL.toSeconds() + " seconds.");
        }
        return lifetime;
    }
}
