package io.baseload.service.pull;

import io.baseload.service.pull.PullSource.UrlFile;
import io.baseload.service.pull.PullSource.Urls;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files at plain URLs. Their size is found with a request for the first byte, because presigned URLs refuse requests for the headers alone. */
final class UrlFiles {
    private static final Pattern WHOLE = Pattern.compile("bytes 0-0/(\\d+)");

    private final PullClient client;
    private final Urls source;
    private final Authorization authorization;
    private final Retries retries;
    private final Stop stop;

    UrlFiles(PullClient client, Urls source, Authorization authorization, Retries retries, Stop stop) {
        this.client = client;
        this.source = source;
        this.authorization = authorization;
        this.retries = retries;
        this.stop = stop;
    }

    PullPlan plan() {
        return new PullPlan(source.files().stream().map(this::file).toList(), "", List.of());
    }

    private RemoteFile file(UrlFile file) {
        long size = retries.until(PullClient.shown(file.url()), () -> size(file));
        return new RemoteFile(file.name(), file.url(), size, Digest.sha256(file.sha256()), RemoteFile.Packing.NONE);
    }

    private long size(UrlFile file) throws IOException {
        Map<String, String> first = Map.of("Range", "bytes=0-0", "Accept-Encoding", "identity");
        try (PullClient.Reply reply = client.get(file.url(), first, authorization, stop)) {
            if (reply.status() == 200) {
                return reply.length().orElse(-1);
            }
            Matcher whole = WHOLE.matcher(reply.header("Content-Range").orElse(""));
            return reply.status() == 206 && whole.matches() ? Long.parseLong(whole.group(1)) : -1;
        }
    }
}
