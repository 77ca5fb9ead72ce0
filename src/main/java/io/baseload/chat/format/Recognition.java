package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;

/**
 * The signs by which a model's format is recognized.
 *
 * @param template texts that together occur in the chat templates of this family, and otherwise only in those of formats that are looked for earlier; none if templates say nothing
 * @param token a special token of the vocabulary that shows the format if no template does
 */
record Recognition(List<String> template, Optional<String> token) {
    boolean isIn(String source) {
        return !template.isEmpty() && template.stream().allMatch(source::contains);
    }
}
