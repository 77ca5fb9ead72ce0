package io.baseload.service.pull;

import java.nio.file.Path;
import java.util.List;

/**
 * Who may sign models without a key of their own, as the file {@code identities.json} in the folder of signers says.
 *
 * @param identity the e-mail address or URI in the certificate, or what it begins with
 * @param issuer who has authenticated the signer: the issuer of OpenID Connect
 */
record AllowedIdentity(String identity, boolean isPrefix, String issuer) {
    private static final String IDENTITY = "identity";
    private static final String PREFIX = "identity_prefix";
    private static final String ISSUER = "issuer";

    static List<AllowedIdentity> read(Path file) {
        return TrustedFile.read(file).list("identities").stream()
                .map(AllowedIdentity::of)
                .toList();
    }

    private static AllowedIdentity of(TrustedFile one) {
        one.onlyFields(List.of(IDENTITY, PREFIX, ISSUER));
        String issuer = one.field(ISSUER).text();
        if (one.value().has(IDENTITY) == one.value().has(PREFIX)) {
            throw one.expected("an object with " + ISSUER + ", and either " + IDENTITY + " or " + PREFIX);
        }
        return one.value().has(IDENTITY)
                ? new AllowedIdentity(one.field(IDENTITY).text(), false, issuer)
                : new AllowedIdentity(prefix(one.field(PREFIX)), true, issuer);
    }

    /** It ends where a part of a URI does, because {@code https://github.com/org} is also the beginning of {@code https://github.com/organized-crime}. */
    private static String prefix(TrustedFile field) {
        String prefix = field.text();
        if (!prefix.matches("[a-z]+://[^/@]+/(.*[/@])?")) {
            throw field.expected("the beginning of a URI, with its host, and end in / or @");
        }
        return prefix;
    }

    boolean matches(FulcioCertificate certificate) {
        return issuer.equals(certificate.issuer())
                && (isPrefix
                        ? certificate.identity().startsWith(identity)
                        : certificate.identity().equals(identity));
    }
}
