package io.baseload.service.contents;

/**
 * A text, ready to be stored.
 *
 * @param digest SHA-256 of the salt followed by the text
 */
public record SealedContent(ContentOwner owner, ContentPart part, byte[] salt, byte[] digest, byte[] sealed) {
    public long bytes() {
        return sealed.length;
    }
}
