package io.baseload.conformance;

import java.io.IOException;
import java.util.List;

/** A kind of folder, recognized by its content. */
@FunctionalInterface
interface FolderLayout {
    /** The suites in a folder; none if it isn't of this kind. */
    List<Suite> suites(Folder folder, Models models) throws IOException;
}
