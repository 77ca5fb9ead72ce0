package io.baseload.service.pull;

import java.net.URI;

/**
 * A file to be pulled.
 *
 * @param name relative, with slashes
 * @param size in bytes; -1 if unknown
 */
record RemoteFile(String name, URI url, long size, Digest digest, Packing packing) {
    /** The necessary processing after the download. */
    enum Packing {
        NONE,
        TAR,
        TAR_GZIP,
        TAR_ZSTD
    }

    RemoteFile {
        checkName(name);
    }

    /** Names come from outside: none may lead out of the folder, or be hidden in it. */
    static void checkName(String name) {
        boolean bad = name.isEmpty()
                || name.length() > 512
                || name.chars().anyMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c));
        for (String part : name.split("/", -1)) {
            bad = bad || part.isEmpty() || part.startsWith(".") || part.length() > 200;
        }
        if (bad) {
            throw new PullException("The source names a file that can't be stored: '" + name + "'.");
        }
    }
}
