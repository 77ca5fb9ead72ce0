package io.baseload.chat.format;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads {@link HarmonyFormat}. The prompt ends with {@code <|start|>assistant}, so an answer begins within a header. */
final class HarmonyReader implements CallReader {
    private static final Pattern RECIPIENT = Pattern.compile("to=functions\\.([a-zA-Z0-9_-]+)");
    /** The end that does not begin the next header. */
    private static final int END = 0;

    private static final int MAX_HEADER_LENGTH = 256;

    private enum At {
        HEADER,
        TEXT,
        REASONING,
        ARGUMENTS
    }

    private final Set<String> offered;
    private final Pieces out;
    private final String message;
    private final String analysis;
    /** Possible beginnings of a header; an answer that begins differently has none. */
    private final List<String> beginnings;

    private final List<String> ends;
    private final MarkFinder finder;
    private final StringBuilder header = new StringBuilder();
    private At at = At.HEADER;

    HarmonyReader(Marks marks, Set<String> offered, Pieces out) {
        this.offered = offered;
        this.out = out;
        this.message = marks.stream(HarmonyFormat.MESSAGE);
        this.analysis = marks.stream(HarmonyFormat.CHANNEL) + "analysis";
        this.beginnings = Stream.concat(
                        marks.stream(List.of(HarmonyFormat.START, HarmonyFormat.CHANNEL, HarmonyFormat.MESSAGE))
                                .stream(),
                        Stream.of("assistant", "to="))
                .toList();
        this.ends = marks.stream(HarmonyFormat.ENDS);
        this.finder = new MarkFinder(ends);
    }

    @Override
    public void accept(char c) {
        if (at == At.HEADER) {
            header(c);
            return;
        }
        int mark = finder.accept(c, this::content);
        if (mark != MarkFinder.NONE) {
            endMessage();
            at = At.HEADER;
            header.append(mark == END ? "" : ends.get(mark));
        }
    }

    private void header(char c) {
        header.append(c);
        int length = header.length() - message.length();
        if (length >= 0 && header.indexOf(message, length) >= 0) {
            header.setLength(length);
            open(header.toString());
            header.setLength(0);
        } else if (header.length() > MAX_HEADER_LENGTH || !Character.isWhitespace(c) && plain()) {
            at = At.TEXT;
            header.chars().forEach(out::text);
            header.setLength(0);
        }
    }

    private boolean plain() {
        String text = header.toString().strip();
        return beginnings.stream().noneMatch(known -> known.startsWith(text) || text.startsWith(known));
    }

    private void open(String head) {
        Matcher recipient = RECIPIENT.matcher(head);
        if (recipient.find() && offered.contains(recipient.group(1))) {
            out.call(recipient.group(1));
            at = At.ARGUMENTS;
        } else if (head.contains(analysis)) {
            out.message();
            out.thinks();
            at = At.REASONING;
        } else {
            out.message();
            at = At.TEXT;
        }
    }

    private void content(int c) {
        switch (at) {
            case REASONING -> out.reasoning(c);
            case ARGUMENTS -> out.arguments(c);
            case HEADER, TEXT -> out.text(c);
        }
    }

    private void endMessage() {
        if (at == At.ARGUMENTS) {
            out.callEnded();
        }
    }

    @Override
    public void finish(boolean cut) {
        finder.finish(this::content);
        if (!cut) {
            endMessage();
        }
        if (at == At.HEADER && header.chars().noneMatch(Marks::isMark)) {
            header.chars().forEach(out::text);
        }
        header.setLength(0);
    }

    @Override
    public int held() {
        return finder.held() + header.length();
    }
}
