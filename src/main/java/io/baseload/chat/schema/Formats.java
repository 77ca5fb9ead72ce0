package io.baseload.chat.schema;

import io.baseload.chat.grammar.Expr;
import io.baseload.chat.grammar.RegularExpression;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The formats of JSON Schema, and some that OpenAPI and popular generators add, each as a regular language. Its texts always have the format; rare forms of the format (leap seconds, quoted
 * local parts …) are left out.
 */
final class Formats {
    private static final String YEAR = "[0-9]{4}";
    private static final String DAY = "(0[1-9]|1[0-9]|2[0-8])";

    /** The days of each month; 29 February in years divisible by 4 but not by 100, or by 400. */
    private static final String DATE =
            "(" + YEAR + "-(0[1-9]|1[0-2])-" + DAY + "|" + YEAR + "-(0[13-9]|1[0-2])-(29|30)|" + YEAR
                    + "-(0[13578]|1[02])-31|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";

    private static final String CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?";
    private static final String ZONE = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])";

    /** Without consecutive hyphens, because not all labels such as {@code xn--…} are allowed. */
    private static final String LABEL = "[a-zA-Z0-9](-?[a-zA-Z0-9]){0,23}";

    private static final String HOST = LABEL + "(\\." + LABEL + "){0,3}";

    /** IDNA has no capital letters. */
    private static final String IDN_HOST = HOST.replace("a-zA-Z", "a-z");

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";
    private static final String GROUP = "[0-9a-fA-F]{1,4}";
    private static final String IPV6 = "((" + GROUP + ":){7}" + GROUP + "|(" + GROUP + ":){1,3}(:" + GROUP
            + "){1,3}|::(" + GROUP + ":){0,3}" + GROUP + "|(" + GROUP + ":){1,6}:)";
    private static final String NUMBER = "[0-9]{1,4}";
    private static final String TIME_OF_DURATION =
            "T(" + NUMBER + "H(" + NUMBER + "M(" + NUMBER + "S)?)?|" + NUMBER + "M(" + NUMBER + "S)?|" + NUMBER + "S)";
    private static final String DURATION = "P(" + NUMBER + "W|" + TIME_OF_DURATION + "|(" + NUMBER + "Y(" + NUMBER
            + "M(" + NUMBER + "D)?)?|" + NUMBER + "M(" + NUMBER + "D)?|" + NUMBER + "D)(" + TIME_OF_DURATION + ")?)";
    /** Unreserved and percent-encoded characters and delimiters (RFC 3986), without the apostrophe, which templates can't have. */
    private static final String URI_CHARACTER = "([A-Za-z0-9._~!$&()*+,;=:@-]|%[0-9A-Fa-f]{2})";

    private static final String AFTER_PATH = "(" + URI_CHARACTER + "|[/?])";
    private static final String SCHEME = "(https?|ftp|wss?|ircs?|git|ssh)://";
    private static final String SEGMENT = URI_CHARACTER + "{1,60}";

    /** Without a colon, so that it isn't read as a scheme. */
    private static final String FIRST_SEGMENT = "[A-Za-z0-9._~-]{1,60}";

    private static final String PATH = "(/" + SEGMENT + "){0,10}/?";
    private static final String QUERY = "(\\?" + AFTER_PATH + "{1,60})?(#" + AFTER_PATH + "{0,60})?";
    private static final String URI = SCHEME + HOST + "(:[1-9][0-9]{0,3})?" + PATH + QUERY;
    /** Common top-level domains, because validators check them. */
    private static final String TOP =
            "(com|org|net|edu|gov|mil|int|info|biz|name|pro|io|ai|app|dev|cloud|online|shop|site|tech|store|museum"
                + "|a[cdefgilmoqrstuwxz]|b[abdefghijmnorstvwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|f[ijkmor]|g[abdefghilmnpqrstuwy]"
                + "|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|l[abcikrstuvy]|m[acdeghklmnopqrstuvwxyz]|n[acefgilopruz]|om|p[aefghklmnrstwy]"
                + "|qa|r[eosuw]|s[abcdeghiklmnortvxyz]|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw])";

    private static final String EMAIL =
            "[A-Za-z0-9_+-]{1,20}(\\.[A-Za-z0-9_+-]{1,20}){0,2}@" + LABEL + "(\\." + LABEL + "){0,2}\\." + TOP;
    private static final String UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    private static final String REFERENCE =
            "(" + URI + "|" + FIRST_SEGMENT + PATH + QUERY + "|(/" + SEGMENT + "){1,10}" + QUERY + ")";

    private static final String PHONE = "\\+[1-9][0-9]{7,14}";

    /** The unused bits of the last character are 0. */
    private static final String BASE64 =
            "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?";

    private static final Map<String, String> LANGUAGES = Map.ofEntries(
            Map.entry("date-time", DATE + "T" + CLOCK + ZONE),
            Map.entry("date", DATE),
            Map.entry("time", CLOCK + ZONE),
            Map.entry("duration", DURATION),
            Map.entry("email", EMAIL),
            Map.entry("idn-email", EMAIL),
            Map.entry("hostname", HOST),
            Map.entry("idn-hostname", IDN_HOST),
            Map.entry("ipv4", IPV4),
            Map.entry("ipv6", IPV6),
            Map.entry("uri", URI),
            Map.entry("iri", URI),
            Map.entry("uri-reference", REFERENCE),
            Map.entry("iri-reference", REFERENCE),
            Map.entry("uri-template", URI),
            Map.entry("url", URI),
            Map.entry("uuid", UUID),
            Map.entry("uuid1", uuid('1')),
            Map.entry("uuid3", uuid('3')),
            Map.entry("uuid4", uuid('4')),
            Map.entry("uuid5", uuid('5')),
            Map.entry("uuid6", uuid('6')),
            Map.entry("uuid7", uuid('7')),
            Map.entry("name-email", EMAIL),
            Map.entry("ipvanyaddress", IPV4 + "|" + IPV6),
            Map.entry("phone", PHONE),
            Map.entry("e164", PHONE),
            Map.entry("color", "#[0-9a-fA-F]{6}"),
            Map.entry("byte", BASE64),
            Map.entry("base64", BASE64),
            Map.entry("json-pointer", "(/[A-Za-z0-9_.-]{0,60}){0,20}"),
            Map.entry("relative-json-pointer", "[1-9]{0,2}[0-9](#|(/[A-Za-z0-9_.-]{0,60}){0,20})"),
            Map.entry("regex", "\\^?[A-Za-z0-9 _]{1,60}\\$?"));

    /**
     * @param longest the most characters for which no part can be too long
     */
    private record Uncounted(String language, int longest) {}

    private static final String ANY_LABEL = "[a-zA-Z0-9](-?[a-zA-Z0-9])*";
    private static final String ANY_HOST = ANY_LABEL + "(\\." + ANY_LABEL + ")*";
    private static final String ANY_END =
            "(/" + URI_CHARACTER + "+)*/?(\\?" + AFTER_PATH + "+)?(#" + AFTER_PATH + "*)?";
    private static final String ANY_URI =
            SCHEME + "(?=[^/?#]{1,63}([/?#]|$))" + ANY_HOST + "(:[1-9][0-9]{0,3})?" + ANY_END;
    private static final String ANY_EMAIL = "[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@(" + ANY_LABEL + "\\.)+" + TOP;
    private static final String ANY_POINTER = "(/[A-Za-z0-9_.-]*)*";
    private static final int MAX_URI_LENGTH = 400;
    private static final int MAX_LABEL_LENGTH = 63;

    private static final Map<String, Uncounted> UNCOUNTED = Map.ofEntries(
            Map.entry("email", new Uncounted(ANY_EMAIL, MAX_LABEL_LENGTH)),
            Map.entry("idn-email", new Uncounted(ANY_EMAIL, MAX_LABEL_LENGTH)),
            Map.entry("name-email", new Uncounted(ANY_EMAIL, MAX_LABEL_LENGTH)),
            Map.entry("hostname", new Uncounted(ANY_HOST, MAX_LABEL_LENGTH)),
            Map.entry("uri", new Uncounted(ANY_URI, MAX_URI_LENGTH)),
            Map.entry("iri", new Uncounted(ANY_URI, MAX_URI_LENGTH)),
            Map.entry("url", new Uncounted(ANY_URI, MAX_URI_LENGTH)),
            Map.entry("uri-template", new Uncounted(ANY_URI, MAX_URI_LENGTH)),
            Map.entry("uri-reference", new Uncounted(ANY_URI + "|/?[A-Za-z0-9._~-]+" + ANY_END, MAX_URI_LENGTH)),
            Map.entry("iri-reference", new Uncounted(ANY_URI + "|/?[A-Za-z0-9._~-]+" + ANY_END, MAX_URI_LENGTH)),
            Map.entry("json-pointer", new Uncounted(ANY_POINTER, MAX_URI_LENGTH)),
            Map.entry(
                    "relative-json-pointer", new Uncounted("[1-9]{0,2}[0-9](#|" + ANY_POINTER + ")", MAX_URI_LENGTH)));

    /** The languages that were asked for, by their expressions. */
    private static final Map<String, Expr> PARSED = new ConcurrentHashMap<>();

    /** The least and the greatest number of OpenAPI's formats. */
    private static final Map<String, List<BigDecimal>> RANGES = Map.of(
            "int8", signed(8),
            "int16", signed(16),
            "int32", signed(32),
            "int64", signed(64),
            "uint8", unsigned(8),
            "uint16", unsigned(16),
            "uint32", unsigned(32),
            "uint64", unsigned(64));

    private Formats() {}

    private static String uuid(char version) {
        return "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-" + version + "[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}";
    }

    private static List<BigDecimal> signed(int bits) {
        BigDecimal half = BigDecimal.TWO.pow(bits - 1);
        return List.of(half.negate(), half.subtract(BigDecimal.ONE));
    }

    private static List<BigDecimal> unsigned(int bits) {
        return List.of(BigDecimal.ZERO, BigDecimal.TWO.pow(bits).subtract(BigDecimal.ONE));
    }

    /** The least and the greatest number of a format; empty if it doesn't limit numbers. */
    static List<BigDecimal> range(String name) {
        return RANGES.getOrDefault(name, List.of());
    }

    static boolean known(String name) {
        return LANGUAGES.containsKey(name);
    }

    static Expr language(String name) {
        return parsed(String.valueOf(LANGUAGES.get(name)));
    }

    /** The same without counting parts, for texts of at most {@link #longest} characters that are counted otherwise. */
    static Expr uncounted(String name) {
        Uncounted uncounted = UNCOUNTED.get(name);
        return uncounted == null ? language(name) : parsed(uncounted.language);
    }

    private static Expr parsed(String language) {
        return PARSED.computeIfAbsent(language, RegularExpression::whole);
    }

    static int longest(String name) {
        Uncounted uncounted = UNCOUNTED.get(name);
        return uncounted == null ? Expr.UNBOUNDED : uncounted.longest;
    }
}
