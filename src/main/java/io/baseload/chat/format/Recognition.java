package io.baseload.chat.format;

import java.util.List;
import java.util.Optional;

/**
 * The signs by which a model's format is recognized.
 *
 * @param template texts that together occur only in the chat templates of this family; none if templates say nothing
 * @param token a special token of the vocabulary that shows the format if no template does
 */
record Recognition(List<String> template, Optional<String> token) {
    boolean isIn(String source) {
        return !template.isEmpty() && template.stream().allMatch(source::contains);
    }
}
