package io.baseload.conformance;

import io.baseload.chat.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Tokenizer goldens: JSON with facts on a vocabulary, {@code decode_ids} and {@code cases}. */
final class TokenizerLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (var entry : folder.json().entrySet()) {
            JsonNode golden = entry.getValue();
            if (ConformanceJson.has(golden, "vocabulary", "token_bytes_sha256", "cases")) {
                suites.add(suite(folder, entry.getKey(), golden, models.below(folder.path())));
            }
        }
        return suites;
    }

    private static Suite suite(Folder folder, Path file, JsonNode golden, Models models) throws IOException {
        String label = folder.label(file);
        String vocabulary = ConformanceJson.text(golden, "vocabulary");
        int cases = golden.get("cases").size() + golden.path("decode_ids").size() + 1;
        Path beside = folder.path().resolve(vocabulary);
        Optional<Path> model = Files.isRegularFile(beside)
                ? Optional.of(beside)
                : models.find(beside.getFileName().toString());
        return model.isEmpty()
                ? Suite.unsupported(label, cases, vocabulary + " was not found; --models says where it lies")
                : new Suite(label, tally -> check(tally, Tokenizers.of(model.get()), golden));
    }

    private static void check(Tally tally, Tokenizer tokenizer, JsonNode golden) throws Exception {
        boolean equal = digest(tokenizer).equals(ConformanceJson.text(golden, "token_bytes_sha256"));
        tally.count("token_bytes_sha256", equal ? Optional.empty() : Optional.of("differs"));
        int i = 0;
        for (JsonNode decode : golden.path("decode_ids")) {
            String bytes = Tokenizers.hex(tokenizer, ConformanceJson.ints(decode.get("ids")));
            boolean same = bytes.equals(ConformanceJson.text(decode, "bytes"));
            tally.count("decode_ids[" + i++ + "]", same ? Optional.empty() : Optional.of("gives the bytes " + bytes));
        }
        for (JsonNode c : golden.get("cases")) {
            tally.count(ConformanceJson.text(c, "id"), new TokenizerCase(tokenizer, c).problem());
        }
    }

    private static String digest(Tokenizer tokenizer) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (int id = 0; id < tokenizer.bytes().size(); id++) {
            byte[] token = tokenizer.bytes().get(id);
            sha.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, token.length));
            sha.update(token);
        }
        return HexFormat.of().formatHex(sha.digest());
    }
}
