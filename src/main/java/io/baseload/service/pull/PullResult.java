package io.baseload.service.pull;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The result of a pull.
 *
 * @param model the file or folder to import
 * @param source the source, in one line
 * @param revision identifies the content there: a commit, or a manifest's digest; empty for plain URLs
 * @param licenses as spelled by the source, or by the request if the source states none
 * @param declared whether they come from the request
 * @param signer the signer whose signature was verified
 * @param signed when it was made, if that is proved
 */
public record PullResult(
        Path model,
        String source,
        String revision,
        List<String> licenses,
        boolean declared,
        Optional<String> signer,
        Optional<Instant> signed,
        List<PulledFile> files) {
    public PullResult {
        licenses = List.copyOf(licenses);
        files = List.copyOf(files);
    }

    /** @param name relative to the folder, with slashes */
    public record PulledFile(String name, long bytes, String sha256) {}

    /** In the form of the audit trail. */
    public Map<String, Object> detail() {
        Map<String, Object> detail = new TreeMap<>();
        detail.put("source", source);
        if (!revision.isEmpty()) {
            detail.put("revision", revision);
        }
        detail.put("licenses", licenses);
        if (declared) {
            detail.put("licenses_by", "request");
        }
        signer.ifPresent(name -> detail.put("signed_by", name));
        signed.ifPresent(time -> detail.put("signed_at", time.toString()));
        return detail;
    }
}
