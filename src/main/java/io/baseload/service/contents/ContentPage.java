package io.baseload.service.contents;

import java.util.List;

/**
 * A page of kept contents.
 *
 * @param more whether more follow
 */
public record ContentPage(List<KeptContent> contents, boolean more) {}
