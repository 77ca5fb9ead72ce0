package io.baseload.service.batch;

import io.baseload.service.encryption.SealingKey;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A file that is being written. Each piece is encrypted for its place, and the last one is marked as the last, so that nobody with write access to the database can omit or reorder pieces.
 */
final class FileDraft extends OutputStream {
    /** Size of each piece except the last, in bytes. */
    static final int PIECE = 1 << 20;

    private final FileRows rows;
    private final SealingKey key;
    private final String tenant;
    private final String id;
    private final byte[] piece = new byte[PIECE];
    private int filled;
    private int place;
    private long bytes;

    FileDraft(FileRows rows, SealingKey key, String tenant, String id) {
        this.rows = rows;
        this.key = key;
        this.tenant = tenant;
        this.id = id;
    }

    String tenant() {
        return tenant;
    }

    String id() {
        return id;
    }

    /** Size so far. */
    long bytes() {
        return bytes;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        for (int done = 0; done < length; ) {
            if (filled == PIECE) {
                put(false); // more bytes follow, so it isn't the last piece
            }
            int some = Math.min(length - done, PIECE - filled);
            System.arraycopy(source, offset + done, piece, filled, some);
            filled += some;
            done += some;
        }
        bytes += length;
    }

    /** Writes the last piece. */
    @Override
    public void close() {
        if (filled > 0) {
            put(true);
        }
    }

    private void put(boolean last) {
        byte[] text = filled == PIECE ? piece : Arrays.copyOf(piece, filled);
        rows.insertPiece(tenant, id, place, key.seal(text, purpose(tenant, id, place, last)));
        place++;
        filled = 0;
    }

    /** @param left number of bytes from this piece to the end */
    static String purpose(String tenant, String id, int place, long left) {
        return purpose(tenant, id, place, left <= PIECE);
    }

    private static String purpose(String tenant, String id, int place, boolean last) {
        return "file/" + tenant + "/" + id + "/" + place + (last ? "/last" : "");
    }
}
