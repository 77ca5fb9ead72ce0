package io.baseload.service.batch;

import io.baseload.service.encryption.SealingKey;

/** Overwrites parts of a file with texts of the same length, so that all other parts stay where they are. Those in order open each piece once. Within a transaction that has locked the file. */
final class FileEditor implements AutoCloseable {
    private final FileStore files;
    private final FileRows rows;
    private final SealingKey key;
    private final StoredFile file;
    private byte[] piece = new byte[0];
    private int place = -1; // of the piece

    /**
     * The text of a part of a file.
     *
     * @param place of its first byte
     * @param length in bytes
     * @param text at its beginning, no longer than the part; spaces follow
     */
    record Patch(long place, int length, byte[] text) {
        byte at(int index) {
            return index < text.length ? text[index] : (byte) ' ';
        }
    }

    FileEditor(FileStore files, FileRows rows, SealingKey key, StoredFile file) {
        this.files = files;
        this.rows = rows;
        this.key = key;
        this.file = file;
    }

    /** @throws UnreadableException if a piece is missing or was changed */
    void write(Patch patch) {
        for (int done = 0; done < patch.length(); ) {
            find((int) ((patch.place() + done) / FileDraft.PIECE));
            int from = (int) ((patch.place() + done) % FileDraft.PIECE);
            int some = Math.min(patch.length() - done, piece.length - from);
            for (int i = 0; i < some; i++) {
                piece[from + i] = patch.at(done + i);
            }
            done += some;
        }
    }

    private void find(int wanted) {
        if (wanted != place) {
            close();
            piece = files.open(key, file, wanted);
            place = wanted;
        }
    }

    /** Writes the last piece. */
    @Override
    public void close() {
        if (place >= 0) {
            long left = file.bytes() - (long) place * FileDraft.PIECE;
            String purpose = FileDraft.purpose(file.tenant(), file.id(), place, left);
            rows.updatePiece(file.tenant(), file.id(), place, key.seal(piece, purpose));
            place = -1;
        }
    }
}
