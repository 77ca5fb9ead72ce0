package io.baseload.chat.template;

import io.baseload.chat.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into text and tags, with {@code trim_blocks} and {@code lstrip_blocks}, as in transformers: the first newline after a block is removed, and so are the blanks before a
 * block that starts its line; {@code -} strips all white space, {@code +} none.
 */
final class Lexer {
    private static final Pattern RAW = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%}\\s*|%})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\\n?)");
    private static final Pattern END_COMMENT = Pattern.compile("\\+#}|-#}\\s*|#}\\n?");
    private static final Pattern END_BLOCK = Pattern.compile("\\+%}|-%}\\s*|%}\\n?");
    private static final Pattern END_VARIABLE = Pattern.compile("-}}\\s*|}}");

    /** Many times the length of the longest known template. */
    private static final int MAX_LENGTH = 1 << 18;

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStarts = true;

    private Lexer(String source) {
        String unified = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
    }

    static List<Token> tokens(String source) {
        if (source.length() > MAX_LENGTH) {
            throw new TemplateSyntaxException(1, "longer than " + MAX_LENGTH + " characters");
        }
        Lexer lexer = new Lexer(source);
        while (lexer.at < lexer.source.length()) {
            lexer.next();
        }
        lexer.add(Kind.END, "");
        return lexer.tokens;
    }

    private void next() {
        int tag = nextTag();
        String data = source.substring(at, tag);
        if (tag == source.length()) {
            data(data);
            at = tag;
            return;
        }
        char kind = source.charAt(tag + 1);
        char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
        data(stripEnd(data, sign, kind != '{'));
        line += newlines(data) - newlines(stripEnd(data, sign, kind != '{'));
        at = tag;
        switch (kind) {
            case '#' -> comment(sign);
            case '%' -> block(sign);
            default -> tag(sign, Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, END_VARIABLE);
        }
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    private String stripEnd(String data, char sign, boolean block) {
        if (sign == '-') {
            return data.stripTrailing();
        }
        int start = data.lastIndexOf('\n') + 1;
        boolean startsLine = start > 0 || lineStarts;
        return block && sign != '+' && startsLine && data.substring(start).isBlank() ? data.substring(0, start) : data;
    }

    private void comment(char sign) {
        at += sign == '-' || sign == '+' ? 3 : 2;
        Matcher end = END_COMMENT.matcher(source);
        if (!end.find(at)) {
            throw new TemplateSyntaxException(line, "Missing end of comment tag");
        }
        skip(end.end());
    }

    private void block(char sign) {
        Matcher raw = RAW.matcher(source).region(at, source.length());
        if (!raw.lookingAt()) {
            tag(sign, Kind.BLOCK_BEGIN, Kind.BLOCK_END, END_BLOCK);
            return;
        }
        skip(raw.end());
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw new TemplateSyntaxException(line, "Missing end of raw directive");
        }
        String strip = end.group(1);
        data(stripEnd(source.substring(at, end.start()), strip.isEmpty() ? ' ' : strip.charAt(0), true));
        at = end.start();
        skip(end.end());
    }

    private void tag(char sign, Kind begin, Kind end, Pattern endPattern) {
        add(begin, "");
        skip(at + (sign == '-' || sign == '+' ? 3 : 2));
        WordLexer words = new WordLexer(source, at, line, tokens);
        Matcher close = endPattern.matcher(source);
        while (!(words.balanced() && close.region(words.at(), source.length()).lookingAt())) {
            words.next();
        }
        skip(words.at());
        add(end, "");
        skip(close.end());
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
            line += newlines(text);
        }
    }

    private void skip(int to) {
        line += newlines(source.substring(at, to));
        lineStarts = to > at && source.charAt(to - 1) == '\n';
        at = to;
    }

    private static int newlines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }
}
