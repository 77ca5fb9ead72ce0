package io.baseload.service.pull;

import java.util.List;

/**
 * The contents of a source.
 *
 * @param revision identifies exactly this content: a commit, a manifest's digest, or empty if only the files have digests
 * @param licenses the licences stated by the source, as spelled there
 */
record PullPlan(List<RemoteFile> files, String revision, List<String> licenses) {
    PullPlan {
        files = List.copyOf(files);
        licenses = List.copyOf(licenses);
    }

    long bytes() {
        return files.stream().mapToLong(file -> Math.max(0, file.size())).sum();
    }
}
