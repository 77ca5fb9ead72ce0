package io.baseload.chat.tools;

/** Of an answer that can have no calls: all is text. */
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
    public void finish() {
        // nothing ever waits here
    }

    @Override
    public int held() {
        return 0;
    }
}
