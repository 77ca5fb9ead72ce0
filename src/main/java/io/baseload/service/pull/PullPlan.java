package io.baseload.service.pull;

import java.util.List;

/**
 * What a source has to give.
 *
 * @param revision what names exactly this content: a commit, a manifest's digest, or nothing beside the files' own digests
 * @param licenses that the source states, in its words
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
