package io.baseload.service.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * A text with signatures, in the format of C2SP's signed notes: the text, an empty line, and a line {@code — name base64(id ‖ signature)} for each signer.
 *
 * @param text ends in a line feed
 */
record SignedNote(String text, List<SignatureLine> signatures) {
    private static final String DASH = "— ";

    /** @param signature the key's four bytes of id, then the signature itself */
    record SignatureLine(String name, byte[] signature) {
        boolean isBy(VerifierKey key) {
            return name.equals(key.name())
                    && signature.length > 4
                    && Arrays.equals(Arrays.copyOf(signature, 4), key.idBytes());
        }
    }

    /** @throws IllegalArgumentException if it doesn't have this format */
    static SignedNote parse(String note) {
        int end = note.lastIndexOf("\n\n");
        if (end < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("not a signed note");
        }
        var signatures = new ArrayList<SignatureLine>();
        for (String line : note.substring(end + 2).lines().toList()) {
            int blank = line.lastIndexOf(' ');
            if (!line.startsWith(DASH) || blank <= DASH.length()) {
                throw new IllegalArgumentException("not a signature of a note: " + line);
            }
            byte[] signature = Base64.getDecoder().decode(line.substring(blank + 1));
            if (signature.length <= 4) {
                throw new IllegalArgumentException("not a signature of a note: " + line);
            }
            signatures.add(new SignatureLine(line.substring(DASH.length(), blank), signature));
        }
        return new SignedNote(note.substring(0, end + 1), List.copyOf(signatures));
    }

    /** The claimed signers of this text, as {@code name+id}; empty if it is not a signed note. */
    static List<String> signers(String note) {
        try {
            return parse(note).signatures().stream()
                    .map(line -> line.name() + "+" + HexFormat.of().formatHex(Arrays.copyOf(line.signature(), 4)))
                    .toList();
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    /** The same with further signatures; a new one by the same key replaces the old one. */
    SignedNote with(List<SignatureLine> further) {
        var all = new ArrayList<>(signatures);
        for (SignatureLine line : further) {
            all.removeIf(old ->
                    old.name().equals(line.name()) && Arrays.equals(old.signature(), 0, 4, line.signature(), 0, 4));
            all.add(line);
        }
        return new SignedNote(text, List.copyOf(all));
    }

    static String line(SignatureLine line) {
        return DASH + line.name() + " " + Base64.getEncoder().encodeToString(line.signature()) + "\n";
    }

    /** Whether one of these keys has signed the text. A key's first signature counts: strangers could add thousands in its name, and each takes as long to verify as a right one. */
    boolean isSignedBy(Collection<VerifierKey> keys) {
        return keys.stream()
                .anyMatch(key -> signatures.stream()
                        .filter(line -> line.isBy(key))
                        .findFirst()
                        .filter(line ->
                                key.hasSigned(text, Arrays.copyOfRange(line.signature(), 4, line.signature().length)))
                        .isPresent());
    }

    /** Whether one of the signatures claims to be by one of these keys. */
    boolean names(Collection<VerifierKey> keys) {
        return keys.stream().anyMatch(key -> signatures.stream().anyMatch(line -> line.isBy(key)));
    }

    @Override
    public String toString() {
        var note = new StringBuilder(text).append('\n');
        signatures.forEach(line -> note.append(line(line)));
        return note.toString();
    }
}
