package io.baseload.chat.format;

import io.baseload.chat.api.ToolSpec;
import io.baseload.chat.grammar.JsonText;
import io.baseload.chat.schema.ValueTypes;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads calls with arguments one by one, and writes the arguments as a JSON object while they are read. Chars after a mark are held until the name of an offered tool is read; if there is none, the mark
 * and the chars are text. After that the call remains a call: if it breaks off, the object is closed; if the answer ends inside it, it isn't.
 */
final class ParameterCallReader implements CallReader {
    private static final int MAX_WAIT = 256;

    private enum At {
        /** In text, or between calls. */
        OUTSIDE,
        /** After a mark, up to the first parameter. */
        HEADER,
        /** Between values. */
        PARAMETERS,
        VALUE
    }

    private final CallSyntax calls;
    private final ParameterSyntax syntax;
    private final ParameterCallPatterns patterns;
    private final Marks marks;
    private final Map<String, ToolSpec> offered;
    private final Pieces out;
    private final MarkFinder finder;
    private final StringBuilder raw = new StringBuilder();
    private final Set<String> names = new HashSet<>();
    private Set<String> declared = Set.of();
    private At at = At.OUTSIDE;
    private Optional<ValueTypes> types = Optional.empty();
    private ParameterReader value = new LiteralValue("", "", text -> {});

    /** @param offered the tools that may be called, by name */
    ParameterCallReader(
            CallFormat format, ParameterSyntax syntax, Marks marks, Map<String, ToolSpec> offered, Pieces out) {
        this.calls = format.syntax();
        this.syntax = syntax;
        this.patterns = ParameterCallPatterns.of(format, syntax, marks, offered.keySet());
        this.marks = marks;
        this.offered = offered;
        this.out = out;
        this.finder = new MarkFinder(patterns.opens());
    }

    @Override
    public void accept(char c) {
        switch (at) {
            case OUTSIDE -> outside(c);
            case HEADER -> expect(c, patterns.header());
            case PARAMETERS -> expect(c, patterns.parameter());
            case VALUE -> value(c);
        }
    }

    private void read(String text) {
        text.chars().forEach(c -> accept((char) c));
    }

    private void outside(char c) {
        int mark = finder.accept(c, out::text);
        if (mark != MarkFinder.NONE) {
            raw.append(patterns.opens().get(mark));
            at = At.HEADER;
        }
    }

    /** Holds chars until they match the expected pattern, or can't match it any more. */
    @SuppressWarnings("JdkObsolete") // this is a streaming API
    private void expect(char c, Pattern expected) {
        raw.append(c);
        String text = raw.toString();
        Matcher matcher = expected.matcher(text);
        boolean found = matcher.lookingAt();
        if (matcher.hitEnd() && text.length() <= MAX_WAIT) {
            return;
        }
        raw.setLength(0);
        if (!found) {
            fail(text);
            return;
        }
        Optional<String> name = Optional.ofNullable(matcher.group(ParameterCallPatterns.NAME));
        if (at == At.HEADER) {
            begin(name.orElseThrow());
        } else {
            name.ifPresentOrElse(known -> begin(known, matcher.group(ParameterCallPatterns.QUOTE) != null), this::end);
        }
        read(text.substring(matcher.end()));
    }

    private void begin(String tool) {
        out.call(tool);
        out.arguments("{");
        types = Optional.ofNullable(offered.get(tool)).map(spec -> ValueTypes.of(spec.parameters()));
        declared = types.map(ValueTypes::names).orElse(Set.of());
        names.clear();
        at = At.PARAMETERS;
    }

    /** Begins a value; of several with the same name only the first counts. */
    private void begin(String name, boolean quoted) {
        boolean counts = !names.contains(name);
        Consumer<String> written = counts ? out::arguments : text -> {};
        written.accept((names.isEmpty() ? "\"" : ", \"") + JsonText.escape(name) + "\": ");
        names.add(name);
        value = value(name, quoted, written);
        at = At.VALUE;
    }

    private ParameterReader value(String name, boolean quoted, Consumer<String> written) {
        if (syntax.values() == ParameterSyntax.Values.LITERALS) {
            return new LiteralValue(marks.streamed(syntax.openText()), marks.streamed(syntax.closeText()), written);
        }
        Set<String> allowed = types.orElseThrow().ofMember(name);
        List<String> ends = quoted ? patterns.quotedEnds() : patterns.ends();
        return allowed.equals(ValueTypes.TEXT)
                ? new TextValue(ends, nextLines(), written)
                : new TypedValue(ends, nextLines(), allowed, written);
    }

    /** Models sometimes forget the end of a value. */
    private List<String> nextLines() {
        return calls.linesAfterValue(declared.stream()
                .filter(name -> !names.contains(name))
                .map(name -> name + syntax.beforeValue().strip()));
    }

    private void value(char c) {
        if (Marks.isMark(c) && patterns.inValues().indexOf(c) < 0) {
            if (!rereads()) {
                value.end();
                end();
            }
            accept(c);
            return;
        }
        JsonExtent.At read = value.accept(c);
        if (read != JsonExtent.At.INSIDE) {
            at = At.PARAMETERS;
        }
        if (read == JsonExtent.At.AFTER) {
            read(value.rest(c));
        }
    }

    private void end() {
        out.arguments("}");
        out.callEnded();
        types = Optional.empty();
        at = patterns.list() ? At.HEADER : At.OUTSIDE;
    }

    /** Not a call: its mark is text, and a call may begin at any char after it. Or no parameter: the call ends. */
    private void fail(String text) {
        int lost = 0;
        if (at == At.PARAMETERS) {
            end();
        } else {
            lost = patterns.opens().stream()
                    .filter(text::startsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(1);
            text.substring(0, lost).chars().forEach(out::text);
        }
        at = At.OUTSIDE;
        read(text.substring(lost));
    }

    @Override
    public void finish(boolean cut) {
        while (rereads()) {
            // each time one more value is complete
        }
        finder.finish(out::text);
        if (at == At.HEADER) {
            raw.chars().forEach(out::text);
        }
        raw.setLength(0);
    }

    /** Whether a value without an end was complete after all, so that the chars after it were read again. */
    private boolean rereads() {
        Optional<String> rest = at == At.VALUE ? value.overrun() : Optional.empty();
        rest.ifPresent(text -> {
            at = At.PARAMETERS;
            read(text);
        });
        return rest.isPresent();
    }

    @Override
    public int held() {
        return finder.held() + raw.length() + (at == At.VALUE ? value.held() : 0);
    }
}
