package io.baseload.service.batch;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/** Splits the written bytes into lines. */
final class LineSplitter extends OutputStream {
    /** Receives each line, blank ones too. */
    @FunctionalInterface
    interface Listener {
        /**
         * @param line counted from 1
         * @param place of its first byte
         * @param text without its line end; only the beginning of a line that is too long
         * @param length in bytes: more than the text has if the line is too long
         */
        void line(int line, long place, byte[] text, long length);
    }

    private final int maxLength;
    private final Listener listener;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private int line = 1;
    private long begin;
    private long place;

    LineSplitter(int maxLength, Listener listener) {
        this.maxLength = maxLength;
        this.listener = listener;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        int end = offset + length;
        int from = offset;
        for (int i = offset; i < end; i++) {
            if (source[i] == '\n') {
                keep(source, from, i);
                place += i - from;
                tell();
                place++;
                begin = place;
                from = i + 1;
            }
        }
        keep(source, from, end);
        place += end - from;
    }

    private void keep(byte[] source, int from, int to) {
        int room = maxLength - text.size();
        text.write(source, from, Math.min(room, to - from));
    }

    private void tell() {
        listener.line(line, begin, text.toByteArray(), place - begin);
        line++;
        text.reset();
    }

    /** The last line needs no end. */
    @Override
    public void close() {
        if (text.size() > 0) {
            tell();
        }
    }
}
