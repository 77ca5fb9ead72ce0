package io.baseload.service.export;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What S3 does when an object is put into a bucket with object lock, by its documentation: it computes the signature (AWS Signature Version 4) by itself, wants
 * the content's checksum and a date to come, and keeps each object as a version of its own.
 */
final class LockedBucket implements AutoCloseable {
    static final String ID = "AKIDEXAMPLE";
    static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    static final String REGION = "eu-central-1";

    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=(\\w+)/(\\d{8})/([\\w-]+)/s3/aws4_request, SignedHeaders=([\\w;-]+),"
                    + " Signature=([0-9a-f]{64})");
    private static final List<String> MUST_BE_SIGNED = List.of(
            "host",
            "x-amz-checksum-sha256",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date");

    /** An object's version; until when it can't be deleted. */
    record Version(String path, String body, Instant retainUntil, Optional<String> token) {}

    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final List<Version> versions = new CopyOnWriteArrayList<>();
    private volatile Optional<Answer> instead = Optional.empty();

    private record Answer(int status, String code) {}

    LockedBucket() throws IOException {
        server.createContext("/", this::answer);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    List<Version> versions() {
        return versions;
    }

    /** From now on. */
    void answers(int status, String code) {
        instead = Optional.of(new Answer(status, code));
    }

    void recovers() {
        instead = Optional.empty();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Answer answer = instead.orElseGet(() -> check(exchange, body));
        if (answer.status() == 200) {
            versions.add(new Version(
                    exchange.getRequestURI().getRawPath(),
                    new String(body, StandardCharsets.UTF_8),
                    Instant.parse(header(exchange, "x-amz-object-lock-retain-until-date")),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("x-amz-security-token"))));
            if (!answer.code().equals("Unversioned")) {
                exchange.getResponseHeaders().add("x-amz-version-id", "v" + versions.size());
            }
        }
        byte[] text = (answer.status() == 200
                        ? ""
                        : "<?xml version=\"1.0\"?><Error><Code>" + answer.code() + "</Code><StringToSign>"
                                + header(exchange, "authorization") + "</StringToSign></Error>")
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), text.length == 0 ? -1 : text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    private static Answer check(HttpExchange exchange, byte[] body) {
        try {
            Matcher authorization = AUTHORIZATION.matcher(header(exchange, "authorization"));
            if (!authorization.matches() || !authorization.group(1).equals(ID)) {
                return new Answer(403, "InvalidAccessKeyId");
            }
            List<String> signed = List.of(authorization.group(4).split(";"));
            if (!signed.containsAll(MUST_BE_SIGNED)
                    || !signature(exchange, authorization.group(2), authorization.group(3), signed)
                            .equals(authorization.group(5))) {
                return new Answer(403, "SignatureDoesNotMatch");
            }
            byte[] digest = sha256(body);
            if (!header(exchange, "x-amz-content-sha256").equals(hex(digest))
                    || !Arrays.equals(Base64.getDecoder().decode(header(exchange, "x-amz-checksum-sha256")), digest)) {
                return new Answer(400, "XAmzContentSHA256Mismatch");
            }
            if (!header(exchange, "x-amz-sdk-checksum-algorithm").equals("SHA256")) {
                return new Answer(400, "InvalidRequest");
            }
            boolean locked = exchange.getRequestMethod().equals("PUT")
                    && header(exchange, "x-amz-object-lock-mode").equals("COMPLIANCE")
                    && Instant.parse(header(exchange, "x-amz-object-lock-retain-until-date"))
                            .isAfter(Instant.now());
            return locked ? new Answer(200, "") : new Answer(400, "InvalidArgument");
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String signature(HttpExchange exchange, String day, String region, List<String> signed)
            throws GeneralSecurityException {
        String headers = signed.stream()
                .map(name -> name + ":" + header(exchange, name).strip() + "\n")
                .collect(Collectors.joining());
        String canonical = exchange.getRequestMethod() + "\n"
                + exchange.getRequestURI().getRawPath() + "\n\n"
                + headers + "\n"
                + String.join(";", signed) + "\n"
                + header(exchange, "x-amz-content-sha256");
        String scope = day + "/" + region + "/s3/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + header(exchange, "x-amz-date") + "\n" + scope + "\n"
                + hex(sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + SECRET).getBytes(StandardCharsets.UTF_8);
        for (String part : List.of(day, region, "s3", "aws4_request", toSign)) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            key = mac.doFinal(part.getBytes(StandardCharsets.UTF_8));
        }
        return hex(key);
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name.toLowerCase(Locale.ROOT)))
                .orElse("");
    }

    private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
