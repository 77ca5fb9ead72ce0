package io.baseload.chat.format;

/** Reads an answer without calls: everything is text. */
final class PlainTextReader implements CallReader {
    private final Pieces out;

    PlainTextReader(Pieces out) {
        this.out = out;
    }

    @Override
    public void accept(char c) {
        out.text(c);
    }

    @Override
    public void finish(boolean cut) {
        // no chars are held here
    }

    @Override
    public int held() {
        return 0;
    }
}
