package io.baseload.service.batch;

import io.baseload.service.protocol.Fields;
import io.baseload.service.protocol.Invalid;
import io.baseload.service.protocol.RequestFields;
import io.baseload.service.protocol.Value;
import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the body of {@code POST /v1/batches}. */
final class BatchRequest {
    private static final Pattern WINDOW = Pattern.compile("([1-9][0-9]{0,5})([smhd])");
    private static final Duration MAX_WINDOW = Duration.ofDays(7);
    private static final int MAX_METADATA_KEY = 64;
    private static final int MAX_METADATA_VALUE = 512;

    private BatchRequest() {}

    /** @param endpoints that a batch may use */
    static BatchOrder parse(Fields fields, Caller caller, String address, List<String> endpoints) {
        Value window = fields.require("completion_window");
        return new BatchOrder(
                caller.tenant(),
                caller.keyPrefix(),
                address,
                ObjectIds.require(
                        "input_file_id", fields.require("input_file_id").nonEmptyText()),
                fields.require("endpoint").oneOf(endpoints),
                window.text(),
                window(window),
                fields.find("metadata").map(BatchRequest::metadata),
                fields.find("output_expires_after").map(BatchRequest::lifetime));
    }

    private static Duration window(Value value) {
        var found = WINDOW.matcher(value.text());
        if (found.matches()) {
            long number = Long.parseLong(found.group(1));
            Duration window = switch (found.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
            if (window.compareTo(MAX_WINDOW) <= 0) {
                return window;
            }
        }
        throw Invalid.value(value.path(), "expected a number with s, m, h or d, such as '24h', of at most 7 days.");
    }

    private static Map<String, String> metadata(Value value) {
        RequestFields.checkMetadata(value);
        Fields pairs = value.fields();
        var metadata = new LinkedHashMap<String, String>();
        for (String name : pairs.names()) {
            String text = pairs.require(name).text();
            if (name.length() > MAX_METADATA_KEY || text.length() > MAX_METADATA_VALUE) {
                throw Invalid.value(
                        value.path(),
                        "expected keys of at most " + MAX_METADATA_KEY + " and values of at most " + MAX_METADATA_VALUE
                                + " characters.");
            }
            metadata.put(name, text);
        }
        return metadata;
    }

    private static Duration lifetime(Value value) {
        Fields fields = value.fields();
        fields.require("anchor").oneOf(List.of("created_at"));
        Value seconds = fields.require("seconds");
        return UploadReceiver.lifetime(seconds.path(), seconds.int64());
    }
}
