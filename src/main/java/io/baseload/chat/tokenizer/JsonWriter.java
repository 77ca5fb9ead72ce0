package io.baseload.chat.tokenizer;

/** Writes JSON sequentially, as far as needed for a {@code tokenizer.json}. */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder(1 << 16);

    /** Adds text that is already JSON. */
    JsonWriter raw(String json) {
        out.append(json);
        return this;
    }

    JsonWriter number(int number) {
        out.append(number);
        return this;
    }

    JsonWriter string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            escape(text.charAt(i));
        }
        out.append('"');
        return this;
    }

    private void escape(char c) {
        if (c == '"' || c == '\\') {
            out.append('\\').append(c);
        } else if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
        } else {
            out.append(c);
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
