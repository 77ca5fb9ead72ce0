package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads calls with JSON arguments. Chars after a mark are held until the name of an offered tool is read; if there is none, the mark and the chars are text. After that the call remains a call,
 * with the arguments as the model wrote them.
 */
final class MarkedReader implements CallReader {
    private static final int MAX_HEADER_LENGTH = 256;
    /** Chars that are read again in one answer: objects in one another, each of which fails at its end, would be read as often as there are of them. */
    private static final int MAX_AGAIN = 1 << 24;

    private enum At {
        /** In text, or between calls. */
        OUTSIDE,
        /** After a mark: before an object, or in a name. */
        HEADER,
        OBJECT,
        ARGUMENTS
    }

    private final List<String> startMarks;
    private final List<String> innerMarks;
    private final List<String> endMarks;
    private final boolean bare;
    private final boolean keyed;
    private final Set<String> offered;
    private final Pieces out;
    private final MarkFinder finder;
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder header = new StringBuilder();
    /** Chars to be read, the next one last: what was not a call is read again. */
    private final StringBuilder unread = new StringBuilder();

    private At at = At.OUTSIDE;
    private boolean beginning = true;
    private boolean list;
    private long again;
    private CallObject object;
    private JsonExtent extent = new JsonExtent();

    /** @param offered the names of the tools that may be called */
    MarkedReader(CallFormat format, Marks marks, Set<String> offered, Pieces out) {
        this.startMarks = marks.stream(format.startMarks());
        this.innerMarks = marks.stream(format.innerMarks());
        this.endMarks = marks.stream(format.endMarks());
        this.bare = format.bare();
        this.keyed = format.keyed();
        this.offered = offered;
        this.out = out;
        this.finder = new MarkFinder(startMarks);
        this.object = new CallObject(offered, keyed, out);
    }

    @Override
    public void accept(char c) {
        unread.append(c);
        while (!unread.isEmpty()) {
            int last = unread.length() - 1;
            char next = unread.charAt(last);
            unread.setLength(last);
            read(next);
        }
    }

    private void read(char c) {
        switch (at) {
            case OUTSIDE -> outside(c);
            case HEADER -> header(c);
            case OBJECT -> object(c);
            case ARGUMENTS -> arguments(c);
        }
    }

    private void outside(char c) {
        boolean mayBegin = bare && (beginning || out.calls() > 0) || list;
        beginning &= Character.isWhitespace(c);
        if (mayBegin && (c == '{' || c == '[') && finder.held() == 0) {
            begin("");
            header(c);
            return;
        }
        list &= c != ']';
        int mark = finder.accept(c, out::text);
        if (mark != MarkFinder.NONE) {
            begin(startMarks.get(mark));
        }
    }

    private void begin(String mark) {
        at = At.HEADER;
        raw.append(mark);
        header.setLength(0);
    }

    private void header(char c) {
        raw.append(c);
        if (c == '{') {
            brace();
        } else if (c == '[' && header.isEmpty() && !list) {
            list = true;
        } else if (!header.isEmpty() || !Character.isWhitespace(c)) {
            header.append(c);
            headerGrew();
        }
    }

    private void brace() {
        if (header.isEmpty()) {
            at = At.OBJECT;
            object = new CallObject(offered, keyed, out);
            return;
        }
        Optional<String> name = name(header.toString());
        if (name.isEmpty()) {
            fail();
            return;
        }
        call(name.get());
        at = At.ARGUMENTS;
        extent = new JsonExtent();
        arguments('{');
    }

    private void headerGrew() {
        String text = header.toString();
        Optional<String> close = endMarks.stream().filter(text::endsWith).findFirst();
        if (startMarks.stream().anyMatch(text::equals)) {
            header.setLength(0);
        } else if (close.isPresent()) {
            name(text.substring(0, text.length() - close.get().length()))
                    .ifPresentOrElse(this::callWithoutArguments, this::fail);
        } else if (text.length() > MAX_HEADER_LENGTH || !mayBeHeader(text)) {
            fail();
        }
    }

    /** Without inner marks, only a further mark may come before the object. */
    private boolean mayBeHeader(String text) {
        return !innerMarks.isEmpty()
                || Stream.of(startMarks, endMarks).flatMap(List::stream).anyMatch(mark -> mark.startsWith(text));
    }

    /** The first part of a header that names an offered tool. A kind may come before it, and an id or the fence of a block of JSON after it. */
    private Optional<String> name(String text) {
        String parts = text;
        for (String separator : innerMarks) {
            parts = parts.replace(separator, "\n");
        }
        return parts.lines().map(String::strip).filter(offered::contains).findFirst();
    }

    private void object(char c) {
        CallObject.State state = object.accept(c);
        if (object.started()) {
            raw.setLength(0);
        } else {
            raw.append(c);
        }
        if (state == CallObject.State.READING) {
            return;
        }
        if (object.started()) {
            end();
        } else {
            fail();
        }
    }

    private void arguments(char c) {
        if (Marks.isMark(c)) {
            end();
            outside(c);
            return;
        }
        out.arguments(c);
        if (extent.accept(c) == JsonExtent.At.LAST) {
            end();
        }
    }

    private void call(String name) {
        raw.setLength(0);
        out.call(name);
    }

    private void callWithoutArguments(String name) {
        call(name);
        end();
    }

    private void end() {
        out.callEnded();
        at = At.OUTSIDE;
    }

    /** Not a call: the first char is text, and a call may begin at any char after it, unless too much was read again. */
    private void fail() {
        String text = raw.toString();
        raw.setLength(0);
        at = At.OUTSIDE;
        list = false;
        int mark = startMarks.stream()
                .filter(text::startsWith)
                .mapToInt(String::length)
                .max()
                .orElse(1);
        text.substring(0, mark).chars().forEach(out::text);
        again += text.length() - mark;
        if (again > MAX_AGAIN) {
            text.substring(mark).chars().forEach(out::text);
            return;
        }
        for (int i = text.length() - 1; i >= mark; i--) {
            unread.append(text.charAt(i));
        }
    }

    @Override
    public void finish(boolean cut) {
        finder.finish(out::text);
        if (at == At.HEADER && innerMarks.stream().anyMatch(s -> header.indexOf(s) >= 0)) {
            name(header.toString()).ifPresent(cut ? this::call : this::callWithoutArguments);
        }
        raw.chars().forEach(out::text);
        raw.setLength(0);
    }

    @Override
    public int held() {
        return finder.held() + raw.length();
    }
}
