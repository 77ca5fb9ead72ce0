package io.baseload.service.pull;

import java.net.URI;

/**
 * A file that is to be pulled.
 *
 * @param name relative, with slashes
 * @param size in bytes; -1 if nobody has said
 */
record RemoteFile(String name, URI url, long size, Digest digest, Packing packing) {
    /** What has to be done with it then. */
    enum Packing {
        NONE,
        TAR,
        TAR_GZIP
    }

    RemoteFile {
        checkName(name);
    }

    /** Names come from elsewhere: none may lead out of the folder, nor be hidden in it. */
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
