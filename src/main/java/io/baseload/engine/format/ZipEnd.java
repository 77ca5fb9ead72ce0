package io.baseload.engine.format;

/**
 * The record at the end of a zip file that locates its directory.
 *
 * @param at offset of the record
 * @param start offset of the directory
 */
record ZipEnd(long at, long start, long bytes, long entries) {
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR_BYTES = 20;
    private static final int MAX_COMMENT_LENGTH = 65_535;

    static ZipEnd find(MappedFile file) {
        long last = file.size() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - MAX_COMMENT_LENGTH); at--) {
            Cursor in = new Cursor(file.path(), file.bytes(), at);
            if (in.i32("the end of a zip file") == END) {
                return checked(file, zip64(file, at, in));
            }
        }
        throw file.refuse(file.size(), "the file doesn't end as a zip file does");
    }

    private static ZipEnd zip64(MappedFile file, long at, Cursor in) {
        long locator = at - LOCATOR_BYTES;
        if (locator >= 0) {
            Cursor there = new Cursor(file.path(), file.bytes(), locator);
            if (there.i32("zip64's locator") == LOCATOR64) {
                there.take(4, "zip64's locator");
                return wide(file, there.i64("zip64's locator"));
            }
        }
        in.take(6, "the numbers of disks");
        int entries = in.u16("the number of entries");
        long bytes = in.u32("the size of the directory");
        return new ZipEnd(at, in.u32("the offset of the directory"), bytes, entries);
    }

    private static ZipEnd wide(MappedFile file, long at) {
        if (at < 0 || at > file.size() - 56) {
            throw file.refuse(file.size(), "zip64's end should be at byte " + Long.toUnsignedString(at));
        }
        Cursor in = new Cursor(file.path(), file.bytes(), at);
        if (in.i32("zip64's end") != END64) {
            throw file.refuse(at, "zip64's end should be here");
        }
        in.take(28, "zip64's end");
        long entries = in.i64("the number of entries");
        long bytes = in.i64("the size of the directory");
        return new ZipEnd(at, in.i64("the offset of the directory"), bytes, entries);
    }

    private static ZipEnd checked(MappedFile file, ZipEnd end) {
        if (end.start < 0 || end.bytes < 0 || end.entries < 0 || end.start > end.at || end.bytes > end.at - end.start) {
            throw file.refuse(
                    end.at,
                    "the zip directory is said to have %s bytes from byte %s on, but its end is at %d"
                            .formatted(Long.toUnsignedString(end.bytes), Long.toUnsignedString(end.start), end.at));
        }
        return end;
    }
}
