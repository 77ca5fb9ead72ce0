package io.baseload.service.protocol;

import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

/** {@code x-unenforced-formats}: the unknown formats in a request's schemas, which the answer need not have. */
final class UnenforcedFormats {
    private static final String HEADER = "x-unenforced-formats";

    /** A schema may have any number of formats, but servers and proxies limit the size of headers. */
    private static final int MAX_CHARACTERS = 1_000;

    private UnenforcedFormats() {}

    static void put(List<String> formats, HttpServletResponse response) {
        if (!formats.isEmpty()) {
            response.setHeader(HEADER, value(formats));
        }
    }

    /** The names, percent-encoded as in a form except for letters and digits; {@code ...} stands for those for which there is no room. */
    static String value(List<String> formats) {
        var value = new StringJoiner(", ");
        for (String format : formats) {
            String name = URLEncoder.encode(format, StandardCharsets.UTF_8);
            if (value.length() + name.length() > MAX_CHARACTERS) {
                return value.add("...").toString();
            }
            value.add(name);
        }
        return value.toString();
    }
}
