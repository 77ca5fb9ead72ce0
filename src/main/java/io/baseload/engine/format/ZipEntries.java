package io.baseload.engine.format;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The places of a zip file's entries (with zip64's sizes). Entries must be neither compressed nor encrypted, so that they can be used where they are mapped.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE.TXT, sections 4.3 and 4.5.3</a>
 */
final class ZipEntries {
    private static final int CENTRAL_ENTRY = 0x02014b50;
    private static final int LOCAL_ENTRY = 0x04034b50;
    private static final int MIN_ENTRY_BYTES = 46;
    private static final int IN_ZIP64 = 0xffff_ffff;
    private static final int ZIP64_FIELD = 1;
    private static final int MAX_NAME_LENGTH = 4096;

    private final MappedFile file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * An entry.
     *
     * @param start bytes from the start of the file
     */
    record Entry(String name, long start, long bytes) {}

    private ZipEntries(MappedFile file) {
        this.file = file;
    }

    /** @throws io.baseload.engine.api.ModelFileException if the directory is broken or an entry is compressed or encrypted */
    static Map<String, Entry> read(MappedFile file) {
        ZipEnd end = ZipEnd.find(file);
        if (end.entries() > end.bytes() / MIN_ENTRY_BYTES) {
            throw file.refuse(
                    end.at(),
                    "the zip directory says that it has " + end.entries() + " entries in " + end.bytes() + " bytes");
        }
        ZipEntries zip = new ZipEntries(file);
        Cursor in = new Cursor(file.path(), file.bytes().asSlice(0, end.start() + end.bytes()), end.start());
        for (long i = 0; i < end.entries(); i++) {
            zip.entry(in, end.start());
        }
        return zip.entries;
    }

    private void entry(Cursor in, long directory) {
        long at = in.position();
        if (in.i32("an entry of the zip directory") != CENTRAL_ENTRY) {
            throw in.refuse(at, "no entry of the zip directory begins here");
        }
        in.take(4, "the versions");
        int flags = in.i16("the flags");
        int method = in.i16("the compression method");
        in.take(8, "the time and the checksum");
        long compressed = in.u32("the compressed size");
        long bytes = in.u32("the size");
        int nameLength = in.u16("the length of the name");
        int extraLength = in.u16("the length of the extra fields");
        int commentLength = in.u16("the length of the comment");
        in.take(8, "the attributes");
        long local = in.u32("the offset of the entry");
        String name = name(in, nameLength);
        Extra sizes = extra(in, extraLength, new Extra(bytes, compressed, local));
        in.take(commentLength, "the comment of " + name);
        if ((flags & 1) != 0 || method != 0) {
            throw in.refuse(
                    at,
                    "the entry " + name + " is " + ((flags & 1) != 0 ? "encrypted" : "compressed")
                            + "; supported are entries that are stored as they are");
        }
        add(in, at, name, sizes, directory);
    }

    /** Sizes and place of an entry; those that don't fit in 32 bits are in an extra field, in this order. */
    private record Extra(long bytes, long compressed, long local) {}

    private static Extra extra(Cursor in, int length, Extra from) {
        long end = in.position() + length;
        Extra sizes = from;
        while (end - in.position() >= 4) {
            int id = in.u16("an extra field");
            int size = in.u16("the size of an extra field");
            long next = in.position() + size;
            if (id == ZIP64_FIELD) {
                sizes = new Extra(
                        wide(in, from.bytes(), next), wide(in, from.compressed(), next), wide(in, from.local(), next));
            }
            in.take(next - in.position(), "an extra field");
        }
        in.take(end - in.position(), "the extra fields");
        return sizes;
    }

    private static long wide(Cursor in, long narrow, long end) {
        return narrow == Integer.toUnsignedLong(IN_ZIP64) && end - in.position() >= 8
                ? in.i64("a size of 8 bytes")
                : narrow;
    }

    private void add(Cursor in, long at, String name, Extra sizes, long directory) {
        long start = start(in, at, name, sizes.local(), directory);
        if (sizes.bytes() != sizes.compressed() || sizes.bytes() < 0 || sizes.bytes() > directory - start) {
            throw in.refuse(
                    at,
                    "the entry %s has %s bytes from byte %d on, but the zip directory begins at %d"
                            .formatted(name, Long.toUnsignedString(sizes.bytes()), start, directory));
        }
        if (entries.put(name, new Entry(name, start, sizes.bytes())) != null) {
            throw in.refuse(at, "the zip entry " + name + " occurs twice");
        }
    }

    private long start(Cursor central, long at, String name, long local, long directory) {
        if (local < 0 || local >= directory) {
            throw central.refuse(
                    at,
                    "the entry %s is said to begin at byte %s, but the zip directory begins at %d"
                            .formatted(name, Long.toUnsignedString(local), directory));
        }
        Cursor in = new Cursor(file.path(), file.bytes().asSlice(0, directory), local);
        if (in.i32("the header of " + name) != LOCAL_ENTRY) {
            throw in.refuse(local, "the header of the zip entry " + name + " should be here");
        }
        in.take(22, "the header of " + name);
        int nameLength = in.u16("the length of the name");
        int extraLength = in.u16("the length of the extra fields");
        if (!name(in, nameLength).equals(name)) {
            throw in.refuse(local, "the zip entry " + name + " has another name here");
        }
        in.take(extraLength, "the extra fields of " + name);
        return in.position();
    }

    private static String name(Cursor in, int length) {
        if (length > MAX_NAME_LENGTH) {
            throw in.refuse(in.position(), "the name of a zip entry has " + length + " bytes");
        }
        return new String(in.bytes(length, "the name of a zip entry"), StandardCharsets.UTF_8);
    }
}
